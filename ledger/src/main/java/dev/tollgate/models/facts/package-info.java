/**
 * Other facts about upstream models than those in use, as models on sale would meet them: what a newer catalogue would change, and from when on (C16).
 *
 * <p>Invariants: nothing here changes a catalogue, and channels are not asked.
 */
@NullMarked
package dev.tollgate.models.facts;

import org.jspecify.annotations.NullMarked;
