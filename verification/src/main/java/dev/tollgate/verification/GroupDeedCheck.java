package dev.tollgate.verification;

import dev.tollgate.storage.Dialect;
import dev.tollgate.verification.GroupCheck.Version;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Compares each version of a price group, and its end, with the row of the audit log of its commit. */
final class GroupDeedCheck implements Check {

    private final GroupCheck groups;
    private final Set<String> told = new HashSet<>();
    private final Set<String> closed = new HashSet<>();

    /** @param groups that have been read before */
    GroupDeedCheck(GroupCheck groups) {
        this.groups = groups;
    }

    @Override
    public String subject() {
        return "audit log of price groups";
    }

    @Override
    public String sql(Dialect dialect) {
        return "SELECT sequence, subject, action, after_json FROM audit_log WHERE action IN ('group.set', 'group.close') ORDER BY sequence";
    }

    @Override
    public void row(ResultSet row, Findings findings) throws SQLException {
        String name = "row " + row.getLong(1) + " of the audit log";
        if (row.getString(3).equals("group.close")) {
            closed.add(row.getString(2));
            return;
        }
        JsonNode after = PriceDeedCheck.read(row.getString(4));
        String mark = row.getString(2) + "."
                + (after == null ? "" : after.path("version").asString(""));
        Version version = groups.of(mark);
        told.add(mark);
        if (after == null || version == null) {
            findings.add(name + " tells of version " + mark + " of a price group, which is not there");
            return;
        }
        List<String> others = new ArrayList<>();
        JsonNode body = version.body();
        PriceDeedCheck.other(
                others, "factor", body != null && after.path("factor").equals(body.path("factor")));
        PriceDeedCheck.other(
                others, "models", body != null && after.path("models").equals(body.path("models")));
        PriceDeedCheck.other(others, "time", PriceDeedCheck.millis(after.path("set_at")) == version.createdAt());
        PriceDeedCheck.other(
                others,
                "from",
                PriceDeedCheck.millis(after.path("from")) == Objects.requireNonNullElse(version.fromAt(), -1L));
        if (!others.isEmpty()) {
            findings.add(
                    "version " + mark + " of a price group differs from " + name + ": " + String.join(", ", others));
        }
    }

    @Override
    public void end(Findings findings) {
        groups.groups()
                .values()
                .forEach(versions -> versions.forEach(version -> {
                    String mark = version.name() + "." + version.number();
                    if (!told.contains(mark)) {
                        findings.add(
                                "version " + mark + " of a price group was set, and no row of the audit log says so");
                    }
                }));
        if (!closed.equals(groups.closed())) {
            findings.add("the price groups " + groups.closed() + " are closed, those of the audit log are " + closed);
        }
    }
}
