package dev.tollgate.calls.replay;

import dev.tollgate.base.log.Event;
import dev.tollgate.calls.replay.Answers.KnownAnswer;
import dev.tollgate.storage.StoreException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves kept responses when an embedded installation becomes a shared one: copies each response that is small enough from its spool into its claim's
 * row, as a settlement does there. Larger responses stay where they are. Blocks.
 */
public final class SpoolMove {

    private static final String KEPT =
            "SELECT body_hash, task_id, bytes, hash FROM kept_answer WHERE state = 'kept' AND sealed_copy IS NULL";
    private static final String COPY = "UPDATE kept_answer SET sealed_copy = ? WHERE task_id = ?";
    private static final int FETCHED_ROWS = 1_000;

    private static final Logger log = LoggerFactory.getLogger(SpoolMove.class);

    private SpoolMove() {}

    /**
     * @param folder the spools of the installation that moves; requested only if there are kept responses
     * @param to an open transaction on the database that already has the claims
     * @return the number of copies, as text for the operator
     */
    public static String run(Supplier<SpoolFolder> folder, Connection to) throws SQLException {
        SpoolFolder spools = null;
        long copied = 0;
        long all = 0;
        try (Statement select = to.createStatement();
                PreparedStatement update = to.prepareStatement(COPY)) {
            select.setFetchSize(FETCHED_ROWS);
            try (ResultSet row = select.executeQuery(KEPT)) {
                while (row.next()) {
                    all++;
                    spools = spools == null ? folder.get() : spools;
                    KnownAnswer known = new KnownAnswer(
                            row.getString(1),
                            row.getString(2),
                            KnownAnswer.State.KEPT,
                            row.getLong(3),
                            row.getString(4));
                    copied += copy(spools, known, update);
                }
            }
        }
        return "kept answers: " + copied + " of " + all + " copied from their files";
    }

    /** @return how many were copied */
    private static int copy(SpoolFolder folder, KnownAnswer known, PreparedStatement update) throws SQLException {
        try {
            byte[] copy = folder.copy(known);
            if (copy == null) {
                return 0;
            }
            update.setBytes(1, copy);
            update.setString(2, known.taskId());
            return update.executeUpdate();
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException | StoreException e) {
            log.warn(
                    Event.SPOOL_FAILED,
                    "the kept answer of {} cannot be read and is left where it is",
                    known.taskId(),
                    e);
            return 0;
        }
    }
}
