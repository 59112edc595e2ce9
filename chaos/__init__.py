"""The fault harness: a mesh under load and under attack, and a judge of what it did meanwhile.

`clients.py` drives tasks as tenants do, `nemesis.py` kills, freezes and cuts, `watch.py` looks on,
`harvest.py` reads every task's history at the end, `rules.py` judges what was recorded and
`figures.py` measures it.
"""
