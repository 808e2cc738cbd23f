package dev.tollgate.customers.departure;

import dev.tollgate.base.money.Credits;
import dev.tollgate.books.ledger.RequestId;
import dev.tollgate.customers.figures.CsvColumns;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.ExportFile.Rendered;
import dev.tollgate.storage.holdings.ZipPieces;
import dev.tollgate.storage.sql.Reads;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is stored about an account and a person, as one ZIP of CSV files, {@value #ROWS_AT_ONCE} rows in each read; so its memory is
 * bounded, and nothing is held while it is taken. Amounts are credits to the micro-credit, times ISO in UTC. Thread-safe; blocks.
 */
public record AccountFile(Database database, Holdings holdings) {

    public static final String CONTENT_TYPE = "application/zip";

    public static final int ROWS_AT_ONCE = ExportFile.ROWS_AT_ONCE;

    private static final Pattern NAMED = Pattern.compile(":(account|person|after)");
    private static final String ABOUT = """
            This is everything that is stored about your account and about you, as of %s.

            Each file is a table: CSV in UTF-8, a name on top of each column. Times are UTC, amounts are credits. A file
            without lines below its first means that there is nothing of the kind. Passwords, keys and codes are not here,
            for they are stored as hashes only, and neither are texts that are stored encrypted.

            """;

    /**
     * @param accountId whose tables are in the file, too; null for those about the person alone
     * @param pieces takes the bytes in their order; false: no more is wanted
     * @throws dev.tollgate.storage.StoreException where the database cannot be read
     */
    public void write(@Nullable String accountId, String personId, Instant now, Predicate<byte[]> pieces) {
        String payer = accountId == null ? personId : accountId;
        try (ZipPieces zip = new ZipPieces(now, pieces)) {
            zip.begin("readme.txt");
            zip.write(about(files(accountId), now));
            for (ExportFile file : files(accountId)) {
                zip.begin(file.file());
                zip.write(head(file));
                List<Object> after = null;
                do {
                    List<Object> from = after;
                    Rows rows = database.readFor(payer, sql -> rows(sql, file, accountId, personId, from));
                    zip.write(rows.lines());
                    after = rows.last();
                    if (!zip.send()) {
                        return;
                    }
                } while (after != null);
            }
            zip.end();
        }
    }

    private List<ExportFile> files(@Nullable String accountId) {
        return holdings.files().stream()
                .filter(file -> accountId != null || !file.whose().contains(":account"))
                .toList();
    }

    private static String about(List<ExportFile> files, Instant now) {
        return files.stream()
                .map(file -> file.file() + ": " + file.about() + "\n")
                .collect(Collectors.joining("", ABOUT.formatted(now), ""));
    }

    private static String head(ExportFile file) {
        return CsvColumns.BEGIN + String.join(",", file.names()) + CsvColumns.END;
    }

    /** @param last what the next rows come after; null if there are no more */
    private record Rows(String lines, @Nullable List<Object> last) {}

    private static Rows rows(
            Reads sql, ExportFile file, @Nullable String accountId, String personId, @Nullable List<Object> after)
            throws SQLException {
        List<@Nullable Object> parameters = new ArrayList<>();
        Matcher named = NAMED.matcher(file.from() + file.whose());
        while (named.find()) {
            parameters.add(
                    switch (named.group(1)) {
                        case "account" -> accountId;
                        case "person" -> personId;
                        default -> after == null ? Long.valueOf(0) : after.getFirst();
                    });
        }
        if (after != null) {
            parameters.addAll(after);
        }
        List<List<Object>> ends = new ArrayList<>();
        StringBuilder lines = new StringBuilder();
        sql.each(sql(file, after != null), row -> ends.add(line(file, row, lines)), parameters.toArray());
        return new Rows(lines.toString(), ends.size() < ROWS_AT_ONCE ? null : ends.getLast());
    }

    private static String sql(ExportFile file, boolean goesOn) {
        String order = String.join(", ", file.order());
        Rendered rendered = file.rendered();
        String columns = Stream.of(
                        rendered == null ? Stream.<String>of() : Stream.of(rendered.sql()),
                        file.columns().stream().map(ExportFile.Column::sql),
                        file.order().stream())
                .flatMap(each -> each)
                .collect(Collectors.joining(", "));
        return "SELECT " + columns + " FROM "
                + NAMED.matcher(file.from() + " WHERE " + file.whose()).replaceAll("?")
                + (goesOn ? " AND (" + order + ") > (" + order.replaceAll("[a-z._]+", "?") + ")" : "")
                + " ORDER BY " + order + " LIMIT " + ROWS_AT_ONCE;
    }

    /** Adds a row's line. @return what the rows after it come after */
    private static List<Object> line(ExportFile file, ResultSet row, StringBuilder lines) throws SQLException {
        List<String> cells = new ArrayList<>();
        Rendered rendered = file.rendered();
        int column = rendered == null ? 0 : rendered.width();
        for (ExportFile.Column each : file.columns()) {
            cells.add(cell(each.form(), row, ++column));
        }
        if (rendered != null) {
            rendered.renderer().cells(row).forEach(text -> cells.add(CsvColumns.cell(text)));
        }
        lines.append(String.join(",", cells)).append(CsvColumns.END);
        List<Object> place = new ArrayList<>();
        for (int i = 0; i < file.order().size(); i++) {
            place.add(row.getObject(++column));
        }
        return place;
    }

    private static String cell(ExportFile.Form form, ResultSet row, int column) throws SQLException {
        Object value = row.getObject(column);
        if (form == ExportFile.Form.PRESENT) {
            return value == null ? "no" : "yes";
        }
        return value == null
                ? ""
                : switch (form) {
                    case TIME -> Instant.ofEpochMilli(row.getLong(column)).toString();
                    case CREDITS -> Credits.text(row.getLong(column));
                    case YES_NO -> row.getInt(column) == 1 ? "yes" : "no";
                    case REQUEST_ID -> CsvColumns.cell(RequestId.sent(row.getString(column)));
                    default -> value instanceof Number ? value.toString() : CsvColumns.cell(value.toString());
                };
    }
}
