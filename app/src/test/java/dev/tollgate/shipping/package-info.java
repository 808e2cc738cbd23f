/** What is handed out: the files in {@code deploy}, and what {@code ./tollgate package} makes. Programs that are missing skip their checks by name. */
package dev.tollgate.shipping;
