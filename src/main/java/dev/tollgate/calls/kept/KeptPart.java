package dev.tollgate.calls.kept;

import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.List;

/**
 * The kept responses' share of a batch. Responses and deletions come first, under their accounts' locks in the order of the accounts; notes of a use
 * and sweeps follow and pass over what another node holds, so two nodes never wait for each other.
 */
final class KeptPart implements Part<KeptChange> {

    private final long shareBytes;

    /** @param shareBytes what the responses of one account may take */
    KeptPart(long shareBytes) {
        this.shareBytes = shareBytes;
    }

    @Override
    public Class<KeptChange> type() {
        return KeptChange.class;
    }

    @Override
    public void write(Statements statements, List<KeptChange> changes) throws SQLException {
        ResponseRows rows = new ResponseRows(statements, shareBytes);
        List<KeptEntry> kept = changes.stream()
                .filter(change ->
                        change instanceof KeepResponse keep && keep.settle().resolved())
                .map(change -> ((KeepResponse) change).entry())
                .toList();
        List<DeleteKept> deletions = of(DeleteKept.class, changes);
        if (!kept.isEmpty() || !deletions.isEmpty()) {
            rows.keep(kept, deletions, usedAt(changes));
        }
        for (TouchKept touch : of(TouchKept.class, changes)) {
            rows.touch(touch);
        }
        for (ForgetKept forget : of(ForgetKept.class, changes)) {
            forget.made(rows.forget(forget));
        }
    }

    private static <T extends KeptChange> List<T> of(Class<T> type, List<KeptChange> changes) {
        return changes.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** Returns the time of the batch: its settlements differ by less than a second. */
    private static long usedAt(List<KeptChange> changes) {
        return of(KeepResponse.class, changes).stream()
                .mapToLong(keep -> keep.settle().at().toEpochMilli())
                .max()
                .orElse(0);
    }
}
