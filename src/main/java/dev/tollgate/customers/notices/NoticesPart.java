package dev.tollgate.customers.notices;

import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** Writes what was told. Writer's turn only. */
final class NoticesPart implements Part<SetTold> {

    private static final String FIRST = """
            INSERT INTO told_notice (person_id, told, sequence, version) VALUES (?, '', 0, 0) ON CONFLICT DO NOTHING""";
    private static final String TOLD_MODELS = "UPDATE told_notice SET models = ? WHERE person_id = ? AND models = ?";
    private static final String TOLD =
            "UPDATE told_notice SET told = ?, sequence = ?, version = ? WHERE person_id = ? AND told = ?";

    @Override
    public Class<SetTold> type() {
        return SetTold.class;
    }

    @Override
    public void write(Statements statements, List<SetTold> changes) throws SQLException {
        for (SetTold change : changes) {
            PreparedStatement first = statements.of(FIRST);
            first.setString(1, change.personId());
            first.executeUpdate();
            change.noted((change.isOfModels() ? models(statements, change) : account(statements, change)) == 1);
        }
    }

    private static int account(Statements statements, SetTold change) throws SQLException {
        PreparedStatement update = statements.of(TOLD);
        update.setString(1, change.told());
        update.setLong(2, change.sequence());
        update.setLong(3, change.version());
        update.setString(4, change.personId());
        update.setString(5, change.toldBefore());
        return update.executeUpdate();
    }

    private static int models(Statements statements, SetTold change) throws SQLException {
        PreparedStatement update = statements.of(TOLD_MODELS);
        update.setString(1, change.told());
        update.setString(2, change.personId());
        update.setString(3, change.toldBefore());
        return update.executeUpdate();
    }
}
