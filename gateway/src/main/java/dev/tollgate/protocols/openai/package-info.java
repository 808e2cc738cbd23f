/**
 * OpenAI Chat Completions on the wire: the strict reader of requests, the names of its fields, the writers of responses and stream chunks.
 *
 * <p>Invariants: no money and no upstream here. The type and range of every known field is checked, and a refusal names its dotted path. Every field
 * without effect is collected by name (D5), never dropped silently. The order of keys and the digits of numbers inside schemas and arguments are
 * kept.
 *
 * <p>Threading: records are immutable; readers and writers are confined to their call.
 */
@NullMarked
package dev.tollgate.protocols.openai;

import org.jspecify.annotations.NullMarked;
