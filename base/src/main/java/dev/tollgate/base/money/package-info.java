/**
 * The written form of amounts. Inside the program an amount is a {@code long} of micro-credits (a millionth of a credit); this package converts it
 * for people and JSON. Imports no other package of the program.
 *
 * <p>Threading: everything is a pure function.
 */
@NullMarked
package dev.tollgate.base.money;

import org.jspecify.annotations.NullMarked;
