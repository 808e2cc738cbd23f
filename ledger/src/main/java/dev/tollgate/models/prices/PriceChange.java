package dev.tollgate.models.prices;

import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;

/** A change of prices, price groups or the terms of accounts, which one part writes. */
@SuppressWarnings("rawtypes") // a class literal has no type arguments
abstract class PriceChange<O> extends Write<O> {

    private final Table last;

    /** The tables in the order in which they are locked. Other servers' rows wait, so numbers are in the order of commits. */
    enum Table {
        PRICE("price"),
        GROUP("price_group"),
        TERMS("account_terms");

        private final String sql;

        Table(String sql) {
            this.sql = sql;
        }
    }

    /** @param last the last table that it reads or writes; those before it are locked, too */
    PriceChange(Table last) {
        this.last = last;
    }

    /** Applies what was committed, before it is reported. Must not fail or block. */
    abstract void committed();

    /** Returns the part that writes such changes. */
    static Part<?> part() {
        return new WritePart<>(PriceChange.class) {
            @Override
            public void write(Statements statements, List<PriceChange> changes) throws SQLException {
                int last =
                        changes.stream().mapToInt(it -> it.last.ordinal()).max().orElse(-1);
                for (Table table : Arrays.copyOf(Table.values(), last + 1)) {
                    statements.lockTable(table.sql);
                }
                super.write(statements, changes);
            }

            @Override
            public void committed(List<PriceChange> changes) {
                changes.forEach(PriceChange::committed);
            }
        };
    }
}
