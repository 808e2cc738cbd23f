/**
 * The way in which stores use the database: {@link dev.tollgate.storage.sql.Sql} binds parameters, runs a statement and reads its rows. It knows no
 * table, no transaction and no connection pool.
 *
 * <p>Invariants: the text of a statement is constant and every value in it is a parameter; rows are read completely before a call returns.
 *
 * <p>Threading: an instance belongs to the thread that reads or writes over its connection.
 */
@NullMarked
package dev.tollgate.storage.sql;

import org.jspecify.annotations.NullMarked;
