"""A loop in PyTorch that keeps every gate, driven by contenders/torch.ts: a line of JSON in, a line of JSON out. One thread.

The products on x leave the loop, as they do for everyone. Times are perf_counter's, taken here.
"""
import base64
import json
import sys
import time

import torch

torch.set_num_threads(1)


def lstm(gx, U, b, cn, H):
    h = c = START(H)
    kept = []
    for pre in gx:
        i, f, g, o = torch.addmv(pre, U, h).split(H)
        i, f, g, o = torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)
        c = f * c + i * g
        h = o * torch.tanh(c)
        kept.append((i, f, g, o, c, h))
    return kept


def gru(gx, U, b, cn, H):
    h = START(H)
    kept = []
    for pre in gx:
        xr, xz, xn = pre.split(H)
        hr, hz, hn = torch.mv(U, h).split(H)
        r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
        n = torch.tanh(xn + r * (hn + cn))
        h = (1 - z) * n + z * h
        kept.append((r, z, n, h))
    return kept


def rnn(gx, U, b, cn, H):
    h = START(H)
    kept = []
    for pre in gx:
        h = torch.tanh(torch.addmv(pre, U, h))
        kept.append((h,))
    return kept


LOOPS = {'lstm': lstm, 'gru': gru, 'rnn': rnn}
GRADIENTS = False


def START(H):
    # Without parameters to learn, the initial state is what makes autograd keep the graph.
    return torch.zeros(H, requires_grad=GRADIENTS)


def prepare(case, arrays):
    I, H, T = case['inputSize'], case['units'], case['steps']
    read = {name: torch.frombuffer(bytearray(base64.b64decode(text)), dtype=torch.float32) for name, text in arrays.items()}
    shapes = {'W': (-1, I), 'U': (-1, H), 'x': (T, I), 'dh': (T, H)}
    tensors = {name: t.reshape(shapes[name]) if name in shapes else t for name, t in read.items()}
    if case['pass'] == 'forward':
        # Column by column: with Debian's plain BLAS products are then two to three times as fast, and those with U', for `backward`, slower.
        for name in ('W', 'U'):
            tensors[name] = tensors[name].t().contiguous().t()
    for name in ('W', 'U', 'b', 'cn', 'x'):
        tensors[name].requires_grad_(case['pass'] == 'backward+dW')
    return {'loop': LOOPS[case['cell']], 'H': H, 'pass': case['pass'], 'states': 2 if case['cell'] == 'lstm' else 1, **tensors}


def forward(p):
    gx = torch.addmm(p['b'], p['x'], p['W'].t())
    kept = p['loop'](gx, p['U'], p['b'], p['cn'], p['H'])
    # [gate][T, H], as a trace has them.
    return kept, [torch.stack(column) for column in zip(*kept)]


def run(p):
    """Seconds of the forward pass, and of the backward pass where one is asked for."""
    global GRADIENTS
    GRADIENTS = p['pass'] != 'forward'
    started = time.perf_counter()
    with torch.set_grad_enabled(GRADIENTS):
        kept, columns = forward(p)
    ahead = time.perf_counter() - started
    if not GRADIENTS:
        return ahead, 0.0, columns[-1][-1]
    for row in kept:
        for state in row[-p['states']:]:
            state.retain_grad()
    started = time.perf_counter()
    columns[-1].backward(p['dh'])
    back = time.perf_counter() - started
    for name in ('W', 'U', 'b', 'cn', 'x'):
        p[name].grad = None
    return ahead, back, columns[-1][-1].detach()


def timed(p, least_ms):
    ahead = back = 0.0
    runs = 0
    while runs == 0 or (ahead + back) * 1000 < least_ms:
        a, b, last = run(p)
        ahead, back, runs = ahead + a, back + b, runs + 1
    forward_ns = ahead / runs * 1e9
    return {'ns': forward_ns if p['pass'] == 'forward' else back / runs * 1e9, 'forwardNs': forward_ns, 'last': last.tolist()}


def main():
    prepared = None
    for line in sys.stdin:
        question = json.loads(line)
        if question['ask'] == 'prepare':
            prepared = prepare(question['case'], question['arrays'])
            answer = {}
        else:
            answer = timed(prepared, question['leastMs'])
        print(json.dumps(answer), flush=True)


main()
