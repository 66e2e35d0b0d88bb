/** What stands above a step: what is not known there may change what it gives. */
import { saying } from '../../core/said';
import { slice } from '../code/expression';
import type { Module, Scope } from '../code/scopes';
import { Unread } from './values';

/** Those that leave the numbers as they are. */
const harmless = /^@\s*([\w.]*\.)?(script_method|script|export|ignore|unused|compact|nowrap|function|no_grad|inference_mode|enable_grad|typechecked|jaxtyped|beartype|jit|compile|override|overrides|autocast|custom_fwd|named_call|property|staticmethod|classmethod|abstractmethod|symbolic|add_start_docstrings\w*)\b/;

/** @throws Unread where a decorator is not known to leave the numbers alone */
export function checkDecorators({ node }: Scope, { text }: Module): void {
  const above = node.parent?.name === 'DecoratedStatement' ? node.parent.getChildren('Decorator') : [];
  const strange = above.find(d => !harmless.test(slice(d, text)));
  if (strange) throw new Unread(saying('{0} may change what the step gives. Take it away, or write out what it does', slice(strange, text).trim().slice(0, 60)), strange);
}
