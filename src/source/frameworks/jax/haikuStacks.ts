/** `hk.DeepRNN([hk.LSTM(64), jax.nn.relu, hk.LSTM(64)])`: what each core reads is what stands before it. */
import type { Draft, Found } from '../../framework';
import { fieldReader, matchArguments } from '../../code/arguments';
import { haikuName, listOf } from './haikuCores';
import { constructions } from './shared';
import type { Expression } from '../../code/expression';
import { callOf, type Module, type Scope } from '../../code/scopes';
import { target } from '../../code/target';

interface Width { readonly size: number; readonly assumed: boolean }

/** Input sizes that a stack settles, by the start of the call that makes the core. */
export function stackInputs(found: readonly Found[], module: Module): ReadonlyMap<number, Pick<Draft, 'inputSize' | 'assumed'>> {
  const drafts = new Map(found.map(f => [f.candidate.node.from, f.draft]));
  const inputs = new Map<number, Pick<Draft, 'inputSize' | 'assumed'>>();
  for (const { items, scope } of stacks(module)) {
    let width: Width | undefined;
    for (const item of items) {
      const core = coreOf(item, scope, module, drafts);
      if (core && width) inputs.set(core.from, { inputSize: width.size, assumed: width.assumed ? [...core.draft.assumed, 'inputSize'] : core.draft.assumed });
      width = core ? sizeOf(core.draft) : after(item, scope, module, width);
    }
  }
  return inputs;
}

function stacks(module: Module): { readonly items: readonly Expression[]; readonly scope: Scope }[] {
  return module.calls.flatMap(site => {
    const callee = site.node.firstChild;
    if (!callee || !module.text.slice(callee.from, callee.to).endsWith('DeepRNN')) return [];
    const call = callOf(site, module);
    if (!call || haikuName(target(call.callee, site.scope, module).paths) !== 'DeepRNN') return [];
    const list = listOf(matchArguments(call, ['layers'], site.scope, module).given('layers')?.value, site.scope, module);
    return list ? [list] : [];
  });
}

function coreOf(item: Expression, scope: Scope, module: Module, drafts: ReadonlyMap<number, Draft>): { from: number; draft: Draft } | undefined {
  const made = constructions(item, scope, module);
  const draft = made.length === 1 ? drafts.get(made[0]?.call.from ?? -1) : undefined;
  return draft ? { from: made[0]?.call.from ?? -1, draft } : undefined;
}

const sizeOf = (draft: Draft): Width | undefined => draft.units === null ? undefined : { size: draft.units, assumed: draft.assumed.includes('units') };

/** Functions that go over elements and leave the width. */
const elementwise = /^(\?\.)?(jax\.nn|jax\.numpy|jnp|nn|jnn)\.(relu6?|tanh|sigmoid|elu|selu|celu|gelu|leaky_relu|softplus|silu|swish|hard_tanh|log_sigmoid|soft_sign)$/;
const widths: Readonly<Record<string, string>> = { Linear: 'output_size', Embed: 'embed_dim', MLP: 'output_sizes' };

function after(item: Expression, scope: Scope, module: Module, before: Width | undefined): Width | undefined {
  if (item.kind !== 'call') return target(item, scope, module).paths.some(p => elementwise.test(p)) ? before : undefined;
  const name = haikuName(target(item.callee, scope, module).paths);
  const parameter = name !== undefined && Object.hasOwn(widths, name) ? widths[name] : undefined;
  if (parameter === undefined) return name === 'LayerNorm' || name === 'RMSNorm' ? before : undefined;
  const given = matchArguments(item, name === 'Embed' ? ['vocab_size', 'embed_dim'] : [parameter], scope, module).given(parameter);
  const last = given?.value.kind === 'list' ? given.value.items.at(-1) : name === 'MLP' ? undefined : given?.value;
  if (!last) return undefined;
  const fields = fieldReader({ given: () => ({ value: last, scope }), splat: undefined }, module);
  const size = fields.number('size', 'size', null);
  return size === null ? undefined : { size, assumed: fields.assumed.length > 0 };
}
