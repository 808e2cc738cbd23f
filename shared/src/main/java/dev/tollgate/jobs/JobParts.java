package dev.tollgate.jobs;

import dev.tollgate.storage.Change;
import dev.tollgate.storage.Decision;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The two parts that write jobs. */
public final class JobParts {

    private JobParts() {}

    /** Returns the part that goes before the ledger. */
    public static Part<?> claims() {
        return new Claims();
    }

    /** Returns the part that goes after the accounts. @param events what happens to jobs */
    public static Part<?> changes(JobEvents events) {
        return new Changes(events);
    }

    /** Claims a try of a job for a call. The outcome is whether the call may be made. */
    public static final class Claim extends Decision<Boolean> implements Change {

        private static final String SQL = """
                INSERT INTO job_line (job_id, line, place, state, call_id, tries)
                SELECT j.id, CAST(? AS BIGINT), CAST(? AS BIGINT), 'running', ?, 0 FROM job j WHERE j.id = ? AND j.state = 'open' AND j.cancel_at IS NULL AND j.node_id = ?
                ON CONFLICT (job_id, line) DO UPDATE SET state = 'running', call_id = excluded.call_id WHERE job_line.state = 'waiting'""";

        private final String id;
        private final long line;
        private final @Nullable Long place;
        private final String callId;
        private final String nodeId;

        /** Claims a try of a response. @param nodeId the server that has taken the job */
        public Claim(String id, String callId, String nodeId) {
            this(id, 1, null, callId, nodeId);
        }

        /** Claims a try of a line. @param place its first byte in the file; null outside a batch */
        public Claim(String id, long line, @Nullable Long place, String callId, String nodeId) {
            this.id = id;
            this.line = line;
            this.place = place;
            this.callId = callId;
            this.nodeId = nodeId;
        }

        private void decide(Statements statements) throws SQLException {
            decide(statements.run(SQL, line, place, callId, id, nodeId) == 1);
        }
    }

    private static final class Claims implements Part<Claim> {

        @Override
        public Class<Claim> type() {
            return Claim.class;
        }

        @Override
        public void decide(Statements statements, List<Claim> claims) throws SQLException {
            for (Claim each : inOneOrder(claims, Comparator.comparing(it -> it.id))) {
                each.decide(statements);
            }
        }
    }

    private record Changes(JobEvents events) implements Part<JobChange> {

        @Override
        public Class<JobChange> type() {
            return JobChange.class;
        }

        @Override
        public void write(Statements statements, List<JobChange> changes) throws SQLException {
            BatchChange.Counts counts = null;
            for (JobChange each : inOneOrder(changes, Comparator.comparing(JobChange::id))) {
                if (counts != null && !(each instanceof BatchChange.LineEnd && counts.isOf(each.id()))) {
                    counts.write(statements);
                    counts = null;
                }
                if (each instanceof BatchChange.LineEnd end) {
                    counts = counts == null ? new BatchChange.Counts(each.id()) : counts;
                    end.write(statements, counts);
                } else {
                    each.write(statements, events);
                }
            }
            if (counts != null) {
                counts.write(statements);
            }
        }
    }

    /** Two servers that lock rows in different orders would wait for each other. Changes of one job keep their order. */
    private static <T> List<T> inOneOrder(List<T> changes, Comparator<T> order) {
        return changes.size() == 1 ? changes : changes.stream().sorted(order).toList();
    }
}
