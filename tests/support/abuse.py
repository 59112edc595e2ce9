"""Programs that try to get out of the sandbox, or to take more than they may.

A program that gets what it wants leaves something in `result`; one that gets nothing leaves null,
or ends another way. `{parent}` stands for the id of the process that holds the children.
"""

_C = "import ctypes\nc = ctypes.CDLL(None, use_errno=True)\n"

ESCAPES = {
    "reads a file": "result = open('/etc/passwd').read()",
    "reads by path": "from pathlib import Path\nresult = Path('/etc/hostname').read_text()",
    "lists a directory": "import os\nresult = os.listdir('/')",
    "reads its own environment": "result = open('/proc/self/environ').read()",
    "reads the agent's environment": "result = open('/proc/{parent}/environ').read()",
    "reads the agent's memory": "result = str(open('/proc/{parent}/mem', 'rb').read(1))",
    "writes a file": "open('/tmp/abuse', 'w').write('x')\nresult = True",
    "writes into the standard library": (
        "import json, os\nopen(os.path.dirname(json.__file__) + '/abuse', 'w').write('x')\n"
        "result = True"
    ),
    "makes a directory": "import os\nos.mkdir('/tmp/abuse')\nresult = True",
    "removes a file": "import os\nos.remove('/etc/hostname')\nresult = True",
    "makes a link": "import os\nos.symlink('/etc/passwd', '/tmp/abuse')\nresult = True",
    "imports socket": "import _socket\n_socket.socket(2, 1)\nresult = True",
    "connects": "import socket\nsocket.create_connection(('127.0.0.1', 22), 1)\nresult = True",
    "fetches": "import urllib.request as u\nresult = u.urlopen('http://127.0.0.1/').status",
    "opens a socket by number": _C + "result = c.syscall(41, 2, 1, 0) >= 0 or None",
    "opens a Unix socket by number": _C + "result = c.syscall(41, 1, 1, 0) >= 0 or None",
    "makes a pair of sockets": _C
    + "result = c.syscall(53, 1, 1, 0, (ctypes.c_int * 2)()) == 0 or None",
    "forks": "import os\nos.fork()\nresult = True",
    "forks by number": _C + "result = c.syscall(57) >= 0 or None",
    "makes a thread": "import _thread\n_thread.start_new_thread(print, ())\nresult = True",
    "starts a program": "import os\nos.system('true') == 0 and globals().update(result=True)",
    "becomes a program": "import os\nos.execv('/bin/true', ['true'])",
    "spawns": "import os\nos.posix_spawn('/bin/true', ['true'], {})\nresult = True",
    "kills the agent": "import os\nos.kill({parent}, 9)\nresult = True",
    "kills all": _C + "result = c.syscall(62, -1, 0) == 0 or None",
    "traces the agent": _C + "result = c.syscall(101, 16, {parent}, 0, 0) == 0 or None",
    "has itself traced": _C + "result = c.syscall(101, 0, 0, 0, 0) == 0 or None",
    "reads memory of the agent by number": (
        _C + "b = ctypes.create_string_buffer(32)\n"
        "result = c.syscall(310, {parent}, b, 1, b, 1, 0) >= 0 or None"
    ),
    "mounts": _C + "result = c.syscall(165, b'x', b'/tmp', b'tmpfs', 0, 0) == 0 or None",
    "leaves its namespaces": _C + "result = c.syscall(272, 0x10000000) == 0 or None",
    "sets up io_uring": _C
    + "result = c.syscall(425, 8, ctypes.create_string_buffer(200)) >= 0 or None",
    "makes a file in memory": _C + "result = c.syscall(319, b'x', 0) >= 0 or None",
    "becomes root": _C + "result = c.syscall(105, 0) == 0 and c.syscall(102) == 0 or None",
    "lifts a limit": "import resource as r\nr.setrlimit(r.RLIMIT_CPU, (99, 99))\nresult = True",
    "calls in 32 bits": _C + "result = c.syscall(0x40000000 + 41, 2, 1, 0) >= 0 or None",
    "uses a debugger's view": (
        "result = str((1).__class__.__base__.__subclasses__()[0].__init__.__globals__)"
    ),
    "imports what is installed": "import pydantic\nresult = True",
    "imports the project": "import meshkit.config\nresult = True",
}
"""Those that want something that is not theirs."""

WASTES = {
    "loops": "while True: pass",
    "catches everything": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
    ),
    "sleeps": "import time\nwhile True: time.sleep(1000)",
    "takes memory at once": "result = 'a' * 10**10",
    "takes memory bit by bit": "x = []\nwhile True: x.append('a' * 100000)",
    "doubles a list": "x = [0]\nwhile True: x = x + x",
    "computes a power": "result = 10 ** 10 ** 8 % 7 or True",
    "shifts": "result = (1 << (10 ** 12)) and True",
    "repeats by pattern": "import re\nre.match('(a+)+$', 'a' * 40 + 'b')",
    "prints without end": "while True: print('a' * 10000)",
    "recurses": "def f(): return f()\nf()",
    "nests its result": "x = []\nfor _ in range(100000): x = [x]\nresult = x",
    "refers to itself": "x = []\nx.append(x)\nresult = x",
    "multiplies references": "x = [1] * 100\nfor _ in range(8): x = [x] * 100\nresult = x",
    "returns too much": "result = 'a' * 300000",
    "nests its text": "result = " + "(" * 5000 + ")" * 5000,
}
"""Those that want more than they may have."""

CRASHES = {
    "reads address 0": "import ctypes\nctypes.string_at(0)",
    "leaves at once": "import os\nos._exit(0)",
    "leaves": "raise SystemExit(0)",
    "forges an answer": (
        "import os\nfor fd in range(3, 32):\n    try: os.write(fd, b'\\0' * 4096)\n"
        "    except OSError: pass"
    ),
}
"""Those that end their process, or say they are something else."""
