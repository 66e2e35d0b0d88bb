/** Files of 5,000 lines of several kinds, as people and machines write them: for measuring how long an edit takes. */
import type { Language } from '../../src/source/outline';

/** A file, how many layers it has, and what a person may do to it, by the name of the edit; `n` makes one edit differ from the next. */
export interface LargeFile { readonly name: string; readonly language: Language; readonly text: string; readonly layers: number; /** It has many functions or classes that need not know of one another. */ readonly apart: boolean; readonly edits: Readonly<Record<string, (n: number) => string>> }

const times = <T>(count: number, make: (k: number) => T): T[] => Array.from({ length: count }, (_, k) => make(k));

/** A hundred small classes with a layer each, constants between them and calls in each `forward`. */
function classes(): string {
  const body = times(36, i => `        x${i} = self.fc(torch.relu(x + ${i}), dim=-1).view(x.size(0), ${i})`).join('\n');
  const one = (k: number): string => `H${k} = ${k + 8}\n\nclass Model${k}(nn.Module):\n    """Docs of ${k}."""\n    def __init__(self, inputs=4, layers=2):\n        super().__init__()\n        self.rnn = nn.LSTM(inputs, H${k}, layers)\n        self.fc = nn.Linear(H${k}, 2)\n\n    def forward(self, x):\n${body}\n        out, (h, c) = self.rnn(x)\n        return self.fc(out[:, -1])\n\n`;
  return `import torch\nfrom torch import nn\n\n${times(100, one).join('')}`;
}

/** One class with 300 layers and as many methods. */
function oneClass(): string {
  const fields = times(300, k => `        self.rnn${k} = nn.GRU(WIDTH, ${k + 8}, batch_first=True)\n        self.fc${k} = nn.Linear(${k + 8}, WIDTH)`).join('\n');
  const method = (k: number): string => `    def step${k}(self, x, mask=None):\n        """Step ${k}."""\n        x = self.drop(x, p=0.1) * ${k}\n        for i in range(3):\n            x = torch.relu(x + i).view(x.size(0), -1, 8)\n        if mask is not None:\n            x = x.masked_fill(mask, 0.0)\n        scores = torch.softmax(x @ x.transpose(1, 2), dim=-1)\n        x = torch.cat([x, scores @ x], dim=-1)[:, :, :8]\n        out, h = self.rnn${k}(x)\n        y = self.fc${k}(out[:, -1])\n        return y.mean(), h\n`;
  return `import torch\nfrom torch import nn\n\nWIDTH = 32\n\nclass Big(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.drop = nn.Dropout(0.1)\n${fields}\n\n${times(300, k => `${method(k)}\n`).join('')}`;
}

/** A script without functions: data, prints, a training loop now and then. */
function flat(): string {
  const part = (k: number): string => `data${k} = np.load('part${k}.npy')\nmean${k} = data${k}.mean(axis=0)\nstd${k} = data${k}.std(axis=0) + 1e-6\nx${k} = torch.tensor((data${k} - mean${k}) / std${k})\nprint('part', ${k}, x${k}.shape, mean${k}[:3])\nrnn${k} = nn.LSTM(SIZE, ${k + 8}, num_layers=2, dropout=0.2)\nhead${k} = nn.Linear(${k + 8}, 3)\nopt${k} = torch.optim.Adam(list(rnn${k}.parameters()) + list(head${k}.parameters()), lr=1e-3)\nfor epoch in range(10):\n    out, (h, c) = rnn${k}(x${k})\n    loss = head${k}(out[-1]).pow(2).mean()\n    opt${k}.zero_grad()\n    loss.backward()\n    opt${k}.step()\n    if epoch % 2 == 0:\n        print(epoch, loss.item())\nplt.plot(x${k}[:, 0], label=f'part {${k}}')\nresults['part${k}'] = {'loss': loss.item(), 'h': h.mean().item()}\n\n`;
  return `import numpy as np\nimport torch\nfrom torch import nn\nimport matplotlib.pyplot as plt\n\nSIZE = 16\nresults = {}\n${times(262, part).join('')}`;
}

/** A file of functions and tables, with a few layers in it. */
function fewLayers(): string {
  const other = (k: number): string => `def helper_${k}(items, *, limit=${k}, verbose=False):\n    """Does the ${k}th thing.\n\n    With some words (and brackets) about it.\n    """\n    found = {}\n    for index, item in enumerate(items):\n        key = str(item.get('key', index)).strip().lower()\n        if key in found and len(found[key]) > limit:\n            raise ValueError(f'too many of {key!r}: {len(found[key])}')\n        found.setdefault(key, []).append(item)\n    if verbose:\n        logger.info('read %d items of %d', len(found), len(items))\n    return sorted((k, v) for k, v in found.items() if v)\n\n\nTABLE_${k} = {'name': 'table ${k}', 'rows': [(1, 2, 3), (4, 5, 6)], 'scale': 0.${k}}\n\n`;
  const model = 'class Net(nn.Module):\n    def __init__(self, cfg):\n        super().__init__()\n        self.embed = nn.Embedding(cfg.vocab, cfg.width)\n        self.rnn = nn.LSTM(cfg.width, HIDDEN, 2, batch_first=True)\n        self.out = nn.Linear(HIDDEN, cfg.classes)\n\n    def forward(self, ids):\n        out, (h, c) = self.rnn(self.embed(ids))\n        return self.out(h[-1])\n\n\nclass Cfg:\n    vocab = 1000\n    width = 64\n    classes = 5\n\n\n';
  return `import logging\nimport torch\nfrom torch import nn\n\nlogger = logging.getLogger(__name__)\nHIDDEN = 128\n\n${times(130, other).join('')}${model}${times(130, k => other(k + 130)).join('')}`;
}

/** Many Keras models in a row of layers, built in functions. */
function sequentials(): string {
  const model = (k: number): string => `def build_${k}(steps=20, width=${k + 4}):\n    model = Sequential(name='model_${k}')\n    model.add(Embedding(1000 + ${k}, 64, input_length=steps))\n    model.add(Dropout(0.2))\n    model.add(LSTM(${k + 8}, return_sequences=True))\n    model.add(BatchNormalization())\n    model.add(Bidirectional(GRU(UNITS)))\n    model.add(Dense(width, activation='relu'))\n    model.add(Dense(1, activation='sigmoid'))\n    model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])\n    model.summary()\n    history = model.fit(x_train[${k}], y_train[${k}], epochs=3, batch_size=32)\n    score = model.evaluate(x_test[${k}], y_test[${k}])\n    print('score of', ${k}, score[0], history.history['loss'][-1])\n    return model\n\n\n`;
  return `from tensorflow.keras.models import Sequential\nfrom tensorflow.keras.layers import LSTM, GRU, Bidirectional, Dense, Dropout, Embedding, BatchNormalization\n\nUNITS = 24\n\n${times(294, model).join('')}`;
}

/** Keras models of tensors that are handed from layer to layer. */
function functional(): string {
  const model = (k: number): string => `def net_${k}(steps=20, width=${k + 4}):\n    inputs = Input(shape=(steps, 12))\n    x = Masking()(inputs)\n    x = Dense(width, activation='relu')(x)\n    x = LSTM(${k + 8}, return_sequences=True)(x)\n    x = Dropout(0.2)(x)\n    y = GRU(UNITS, return_sequences=True)(x)\n    z = Concatenate()([x, y])\n    z = Bidirectional(LSTM(UNITS))(z)\n    out = Dense(1, activation='sigmoid')(z)\n    model = Model(inputs, out, name='net_${k}')\n    model.compile(loss='mse', optimizer='adam')\n    return model\n\n\n`;
  return `from tensorflow.keras import Model, Input\nfrom tensorflow.keras.layers import LSTM, GRU, Bidirectional, Dense, Dropout, Masking, Concatenate\n\nUNITS = 24\n\n${times(333, model).join('')}`;
}

/** Functions that build models, classes with methods, and options; with types where `typed`. */
function tensorflowJs(typed: boolean): string {
  const t = (type: string): string => typed ? `: ${type}` : '';
  const part = (k: number): string => `export class Predictor${k} {\n  constructor(options${t(`Options`)} = {}) {\n    this.units = options.units || ${k + 8};\n    this.model = null;\n  }\n\n  build(steps${t('number')}, width${t('number')} = 12)${t('tf.Sequential')} {\n    const model = tf.sequential();\n    model.add(tf.layers.lstm({ units: UNITS, inputShape: [steps, ${k + 3}], returnSequences: true }));\n    model.add(tf.layers.dropout({ rate: 0.2 }));\n    model.add(tf.layers.gru({ units: this.units }));\n    model.add(tf.layers.dense({ units: width, activation: 'relu' }));\n    model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });\n    this.model = model;\n    return model;\n  }\n\n  async train(rows${t('number[][]')}, epochs = 10)${typed ? ': Promise<void>' : ''} {\n    const xs = tf.tensor3d(rows.map(row => row.map(v => [v / 255])));\n    const ys = tf.tensor2d(rows.map((row, i) => [row[row.length - 1] + i]));\n    await this.model.fit(xs, ys, { epochs, callbacks: { onEpochEnd: (epoch, logs) => { console.log(epoch, logs.loss.toFixed(4)); } } });\n    for (const row of rows) {\n      const out = this.model.predict(tf.tensor3d([row.map(v => [v])]));\n      if (out.dataSync()[0] > 0.5) this.hits = (this.hits || 0) + 1;\n    }\n    xs.dispose();\n    ys.dispose();\n  }\n}\n\nfunction table${k}(items${t('string[]')}) {\n  const found = {};\n  for (const item of items) {\n    const key = item.trim().toLowerCase();\n    found[key] = (found[key] ?? 0) + 1;\n  }\n  return Object.entries(found).filter(([key, n]) => n > ${k}).map(([key]) => key.slice(0, 12)).join(', ');\n}\n\n`;
  return `import * as tf from '@tensorflow/tfjs';\n\nconst UNITS = 24;\n${typed ? '\ninterface Options { readonly units?: number }\n' : ''}\n${times(109, part).join('')}`;
}

/** A script of TensorFlow.js without classes: tensors handed from layer to layer, and much else. */
function flatJs(): string {
  const part = (k: number): string => `const input${k} = tf.input({ shape: [null, ${k + 2}] });\nconst lstm${k} = tf.layers.lstm({ units: ${k + 4}, returnSequences: true }).apply(input${k});\nconst gru${k} = tf.layers.gru({ units: UNITS }).apply(lstm${k});\nconst out${k} = tf.layers.dense({ units: 1 }).apply(gru${k});\nconst model${k} = tf.model({ inputs: input${k}, outputs: out${k} });\nmodel${k}.compile({ optimizer: tf.train.adam(0.01), loss: 'meanSquaredError' });\ndocument.getElementById('button${k}').addEventListener('click', async () => {\n  const rows = await (await fetch('/data/${k}.json')).json();\n  const xs = tf.tensor3d(rows.map(row => row.values));\n  const ys = tf.tensor2d(rows.map(row => [row.target]));\n  const history = await model${k}.fit(xs, ys, { epochs: 20, batchSize: 32, shuffle: true });\n  console.log('trained', ${k}, history.history.loss.at(-1));\n  document.querySelector('#loss${k}').textContent = \`loss \${history.history.loss.at(-1).toFixed(4)}\`;\n});\n\n`;
  return `import * as tf from '@tensorflow/tfjs';\n\nconst UNITS = 24;\n${times(333, part).join('')}`;
}

/** One model that is built in a long function, layer by layer. */
function oneFunctionJs(): string {
  const add = (k: number): string => `  model.add(tf.layers.lstm({\n    units: UNITS + ${k},\n    returnSequences: true,\n    kernelInitializer: 'glorotNormal',\n  }));\n  model.add(tf.layers.dropout({ rate: ${(k % 9 + 1) / 10} }));\n  if (options.verbose) console.log('layer', ${k}, model.layers.length);\n`;
  return `const tf = require('@tensorflow/tfjs');\n\nconst UNITS = 24;\n\nfunction build(options) {\n  const model = tf.sequential();\n${times(713, add).join('')}  return model;\n}\n\nmodule.exports = { build };\n`;
}

/** Places in the middle of a file: the line that is typed in, and the constant that all layers share. */
interface Places { readonly line: string; readonly constant: string }

function large(name: string, language: Language, layers: number, text: string, { line, constant }: Places): LargeFile {
  const at = text.indexOf(line);
  const shared = text.indexOf(constant);
  if (at < 0 || shared < 0) throw new Error(`${name} has not the places to edit`);
  const end = at + line.length;
  const number = at + (/^[^]*\d/.exec(line)?.[0].length ?? 0);
  const put = (where: number, what: string, instead = 0): string => text.slice(0, where) + what + text.slice(where + instead);
  const comment = language === 'python' ? '#' : '//';
  const indent = /[^\n]*$/.exec(text.slice(0, at))?.[0].length ?? 0;
  return {
    name, language, layers, text,
    apart: !/one |flat|TF\.js of tensors/.test(name),
    edits: {
      'a number typed': n => put(number, String(n % 10)),
      'a line put in': n => put(end, `\n${' '.repeat(indent)}${comment} note ${n}`),
      'a bracket left open': n => put(end, `\n${' '.repeat(indent)}seen = f${n}(`),
      'a shared constant': n => put(shared + constant.length, String(n + 3), 2),
    },
  };
}

/** All kinds. Lines that are typed in stand in the middle. */
export const largeFiles = (): readonly LargeFile[] => [
  large('a hundred classes', 'python', 100, classes(), { line: 'class Model50(nn.Module):\n    """Docs of 50."""\n    def __init__(self, inputs=4, layers=2):\n        super().__init__()', constant: 'H50 = ' }),
  large('one long class', 'python', 300, oneClass(), { line: '        x = self.drop(x, p=0.1) * 150', constant: 'WIDTH = ' }),
  large('a flat script', 'python', 262, flat(), { line: "print('part', 131, x131.shape, mean131[:3])", constant: 'SIZE = ' }),
  large('few layers', 'python', 1, fewLayers(), { line: "TABLE_100 = {'name': 'table 100', 'rows': [(1, 2, 3), (4, 5, 6)], 'scale': 0.100}", constant: 'HIDDEN = 1' }),
  large('Keras in rows', 'python', 588, sequentials(), { line: "    print('score of', 147, score[0], history.history['loss'][-1])", constant: 'UNITS = ' }),
  large('Keras of tensors', 'python', 999, functional(), { line: "    out = Dense(1, activation='sigmoid')(z)\n    model = Model(inputs, out, name='net_166')", constant: 'UNITS = ' }),
  large('TF.js in classes', 'javascript', 218, tensorflowJs(false), { line: '    this.units = options.units || 58;', constant: 'UNITS = ' }),
  large('TypeScript in classes', 'typescript', 218, tensorflowJs(true), { line: '    this.units = options.units || 58;', constant: 'UNITS = ' }),
  large('TF.js of tensors', 'javascript', 666, flatJs(), { line: "  console.log('trained', 166, history.history.loss.at(-1));", constant: 'UNITS = ' }),
  large('TF.js in one function', 'javascript', 713, oneFunctionJs(), { line: "  if (options.verbose) console.log('layer', 350, model.layers.length);", constant: 'UNITS = ' }),
];
