package dev.tollgate.upstreams.signatures;

import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.List;

/** The signatures' share of a batch. */
final class SignaturesPart implements Part<SignatureChange> {

    private final long shareKib;

    /** @param shareKib what the signatures of one account may take */
    SignaturesPart(long shareKib) {
        this.shareKib = shareKib;
    }

    @Override
    public Class<SignatureChange> type() {
        return SignatureChange.class;
    }

    @Override
    public void write(Statements statements, List<SignatureChange> changes) throws SQLException {
        SignatureRows rows = new SignatureRows(statements, shareKib);
        for (SignatureChange change : changes) {
            switch (change) {
                case KeepSignatures keep -> {
                    if (keep.settle().resolved()) {
                        rows.keep(keep);
                    }
                }
                case TouchSignatures touch -> rows.touch(touch);
                case ForgetSignatures _ -> {}
            }
        }
        rows.write();
        for (SignatureChange change : changes) {
            if (change instanceof ForgetSignatures forget) {
                forget.made(rows.forget(forget.before().toEpochMilli(), forget.rowsMax()));
            }
        }
    }
}
