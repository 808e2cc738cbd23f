/**
 * What strangers see: clients that others wrote, and transcripts of upstream streams, against the whole running program. The
 * tests of one class share a program; each sets the sandbox's script that it needs.
 */
@NullMarked
package dev.tollgate.contract;

import org.jspecify.annotations.NullMarked;
