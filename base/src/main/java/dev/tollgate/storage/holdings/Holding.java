package dev.tollgate.storage.holdings;

import java.util.List;

/**
 * The rows that a store has of accounts and people.
 *
 * @param files that show them in an export; none of a table whose rows are not exported
 * @param erasures that erase them, in their order; none of rows that stay
 */
public record Holding(List<ExportFile> files, List<RowErasure> erasures) {

    public static Holding of(ExportFile... files) {
        return new Holding(List.of(files), List.of());
    }

    /** Returns rows that no export shows. */
    public static Holding erased(RowErasure... erasures) {
        return new Holding(List.of(), List.of(erasures));
    }

    /** Returns these files with erasures. */
    public Holding with(RowErasure... erasing) {
        return new Holding(files, List.of(erasing));
    }
}
