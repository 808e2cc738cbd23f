/**
 * The playground: a page to talk with the models. Its calls use the same door and the same meter as any program's, under a hidden key of the member
 * without a secret; no other path leads from a page to a model. Conversations stay in the browser.
 *
 * <p>Threading: pages render on workers; calls run on their exchange's event loop.
 */
@NullMarked
package dev.tollgate.pages.playground;

import org.jspecify.annotations.NullMarked;
