/**
 * OpenAI Chat Completions on the wire: the strict reader of requests, the names of its fields, the writers of answers and stream chunks.
 *
 * <p>Invariants: no money and no upstream here. The type and range of every known field is checked and a refusal names its
 * dotted path; every field that has no effect is collected by name (D5), never dropped in silence; order of keys and the
 * digits of numbers inside schemas and arguments are kept as they came.
 *
 * <p>Threading: records are immutable; readers and writers are confined to the call that made them.
 */
@NullMarked
package dev.tollgate.protocols.openai;

import org.jspecify.annotations.NullMarked;
