// Makes nets of ConvNetJS and runs each: definitions by name on standard input, the folder of the
// package as argument.
const convnetjs = require(process.argv[2]);
const nets = JSON.parse(require('fs').readFileSync(0, 'utf8'));
console.log = console.error;  // where its warnings do no harm

// weights and inputs are the same on every machine, and short to write
let state = 7;
function draw() {
  state = (state * 48271) % 2147483647;
  return Math.round((state / 2147483647 - 0.5) * 1000) / 1000;
}

function computed(definitions) {
  const net = new convnetjs.Net();
  net.makeLayers(definitions);
  for (const part of net.getParamsAndGrads()) {
    for (let i = 0; i < part.params.length; i++) part.params[i] = draw();
  }
  const first = net.layers[0];
  const input = new convnetjs.Vol(first.out_sx, first.out_sy, first.out_depth, 0.0);
  for (let i = 0; i < input.w.length; i++) input.w[i] = draw();
  const output = net.forward(input);
  return {net: net.toJSON(), input: Array.from(input.w), output: Array.from(output.w)};
}

const found = {};
for (const name in nets) found[name] = computed(nets[name]);
process.stdout.write(JSON.stringify(found));
