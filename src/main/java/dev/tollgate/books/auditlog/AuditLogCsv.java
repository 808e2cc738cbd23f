package dev.tollgate.books.auditlog;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The audit log as CSV. A cell that a spreadsheet would take for a formula begins with an apostrophe. */
public final class AuditLogCsv {

    public static final String HEADER = "\ufefftime,sequence,actor,address,action,subject,before,after,reason";

    private static final String FORMULA = "=+-@\t\r＝＋－＠";

    private AuditLogCsv() {}

    /** Returns the file with its header; each line is ended. */
    public static String of(List<AuditLog.Line> lines) {
        StringBuilder csv = new StringBuilder(HEADER).append('\n');
        for (AuditLog.Line line : lines) {
            csv.append(line.at()).append(',').append(line.sequence());
            cell(csv, line.actor().who());
            cell(csv, line.actor().address());
            cell(csv, line.action());
            cell(csv, line.subject());
            cell(csv, line.beforeJson());
            cell(csv, line.afterJson());
            cell(csv, line.reason());
            csv.append('\n');
        }
        return csv.toString();
    }

    private static void cell(StringBuilder csv, @Nullable String text) {
        csv.append(',');
        if (text == null || text.isEmpty()) {
            return;
        }
        String safe = FORMULA.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
        csv.append(safe.matches("[^\",\\r\\n]*") ? safe : '"' + safe.replace("\"", "\"\"") + '"');
    }
}
