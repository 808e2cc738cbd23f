/**
 * How an amount is written. Inside the house it is a {@code long} of micro-credits (a millionth of a credit) and nothing else; this is its door
 * to people and JSON. Imports nothing; everything is a pure function.
 */
@NullMarked
package dev.tollgate.base.money;

import org.jspecify.annotations.NullMarked;
