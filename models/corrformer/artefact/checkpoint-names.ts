/**
 * The reference keeps each convolution of a causal block twice, by its own name and as a member of a sequence, and so do
 * its checkpoints: `network.0.conv1.bias` and `network.0.net.0.bias` are one tensor. Ours have the first name only.
 */
const ALIAS = /^(.*\.network\.\d+)\.net\.(0|4)\.(.*)$/;

/** The weights of a checkpoint with each tensor once, under the name that the network asks for. */
export function withoutAliases<V>(weights: ReadonlyMap<string, V>): Map<string, V> {
  const unique = new Map<string, V>();
  for (const [name, value] of weights) {
    const alias = ALIAS.exec(name);
    const own = alias ? `${alias[1]}.${alias[2] === '0' ? 'conv1' : 'conv2'}.${alias[3]}` : name;
    if (!alias || !weights.has(own)) unique.set(own, value);
  }
  return unique;
}
