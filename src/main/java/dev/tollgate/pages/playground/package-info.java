/**
 * The playground: a page to talk with the models. Its calls go through the same door and the same meter as any program's, under a key of the account
 * that has no secret and stands in no list; there is no other way from a page to a model. Conversations stay in the browser.
 */
@NullMarked
package dev.tollgate.pages.playground;

import org.jspecify.annotations.NullMarked;
