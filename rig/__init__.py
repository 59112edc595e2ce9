"""The rig: a whole mesh whose agents do next to nothing, for benches and for fault tests.

Redis, Envoy, the gateway, the queue, the worker and the interceptors are the real ones. The agents
speak their real contracts and answer at once, or after a while that one may choose; what the mesh
itself takes and survives is then seen without the work of the agents. See `rig.steering` for what a
request can make happen.
"""
