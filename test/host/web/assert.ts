/** The package that browsers use for Node's assert. */
// @ts-expect-error it has no types, being Node's
import assert from 'assert/';

export default (assert as { readonly strict: unknown }).strict;
