/**
 * Actions of people on API keys: {@link CustomerKeys} from a page, {@link KeyActions} over HTTP; {@link BatchActions} on the batches of keys. No key creates or changes a management key, and a
 * change does not overwrite a concurrent one. Reads block.
 */
@NullMarked
package dev.tollgate.customers.keys;

import org.jspecify.annotations.NullMarked;
