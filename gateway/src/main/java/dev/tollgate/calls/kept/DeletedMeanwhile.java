package dev.tollgate.calls.kept;

import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import java.sql.SQLException;

/** Deletes a response that a job has just kept, if its caller deleted it while the job ran. Written after the jobs, whose rows are locked by then. */
public final class DeletedMeanwhile extends Write<Boolean> {

    private static final String SQL =
            "DELETE FROM kept_response WHERE id = ? AND EXISTS (SELECT 1 FROM job j WHERE j.id = kept_response.id AND j.gone_at = 0)";

    private final String id;

    /** @param id the id of the job and of its response */
    public DeletedMeanwhile(String id) {
        this.id = id;
    }

    /** Returns the part that goes after the part of jobs. */
    public static Part<?> part() {
        return new WritePart<>(DeletedMeanwhile.class);
    }

    @Override
    protected Boolean run(Statements statements) throws SQLException {
        return statements.run(SQL, id) == 1;
    }
}
