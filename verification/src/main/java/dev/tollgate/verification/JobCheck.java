package dev.tollgate.verification;

import dev.tollgate.storage.Dialect;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.secrets.SecretBox;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Opens what jobs keep (J41): its seal names the job and the line, so that none can stand under another's. */
final class JobCheck implements Check {

    private static final String SQL =
            "SELECT job_id, line, sealed FROM job_line WHERE sealed IS NOT NULL ORDER BY job_id, line";

    private static final String PURPOSE = "results of jobs";

    private final SecretBox.Purpose sealing;

    /** @param secrets with the installation's key */
    JobCheck(SecretBox secrets) {
        this.sealing = secrets.purpose(PURPOSE);
    }

    @Override
    public String subject() {
        return "jobs";
    }

    @Override
    public String sql(Dialect dialect) {
        return SQL;
    }

    @Override
    public int fetchRows() {
        return 8;
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        String line = row.getString(1) + "/" + row.getLong(2);
        try {
            sealing.open(row.getBytes(3), line);
        } catch (StoreException e) {
            findings.add("line " + line + " of a job cannot be opened: it was changed, or is another's");
        }
    }
}
