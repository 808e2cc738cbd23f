package dev.tollgate.customers.figures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.rollups.UsageColumn;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonGenerator;

/** {@code -Ddocs.write=true} writes the tables of figures in the documentation. */
class FigureTest {

    /** The sums 1, 2, 3 and so on, except for these. */
    private static final Figures SUMS = Figures.of(
                    List.of(UsageColumn.values()),
                    LongStream.rangeClosed(1, UsageColumn.values().length).toArray())
            .plus(Figures.of(
                    List.of(UsageColumn.CALLS, UsageColumn.CHARGED_MICROS, UsageColumn.REFUNDED_MICROS),
                    999,
                    3_499_987,
                    499_998));

    @Test
    void aCustomersAnswerHasTheseMembers() {
        assertThat(json(json -> Figure.write(json, SUMS))).isEqualTo("""
                {"requests":{"total":1000,"completed":995,"failed":2,"cancelled":3},\
                "tokens":{"input":4,"cached":5,"output":6,"reasoning":7,"output_image":8},\
                "charged":3.5,"refunded":0.500012,"credits_consumed":2.999988,"searches":9,"maps":10}""");
    }

    @Test
    void anOperatorsAnswerHasTheseMembers() {
        assertThat(json(json -> Figure.write(json, SUMS, Figure.OF_PLATFORM))).isEqualTo("""
                {"calls":1000,"failed":2,"failed_by_request":34,"cancelled":3,"prompt_tokens":4,"cached_tokens":5,"completion_tokens":6,\
                "reasoning_tokens":7,"output_image_tokens":8,"charged":3.5,"refunded":0.500012,"net":2.999988,"searches":9,\
                "maps":10,"attempts":32,"failed_attempts":33,"estimated":11,"uncosted":12,"upstream_cost":0.000015,"margin":2.999973,"shortfall":0.000017}""");
    }

    @Test
    void filesHaveTheseColumns() {
        assertThat(file(Figure.OF_ACCOUNTS).lines().findFirst().orElseThrow())
                .isEqualTo(CsvColumns.BEGIN
                        + "calls,completed,failed,cancelled,prompt_tokens,cached_tokens,completion_tokens,"
                        + "reasoning_tokens,output_image_tokens,charged,refunded,net,searches,maps");
        assertThat(file(Figure.OF_FILES))
                .startsWith(CsvColumns.BEGIN
                        + "calls,failed,failed_by_request,cancelled,prompt_tokens,cached_tokens,completion_tokens,reasoning_tokens,"
                        + "output_image_tokens,charged,refunded,net,upstream_cost,margin,first_byte_p50_ms,first_byte_p95_ms\r\n"
                        + "1000,2,34,3,4,5,6,7,8,3.5,0.500012,2.999988,0.000015,2.999973,");
        assertThat(Figure.FIRST_BYTE_P95.text(Figures.NONE))
                .as("a time that is not known")
                .isEmpty();
    }

    private static String file(Collection<Figure> figures) {
        CsvColumns<Figures> columns = new CsvColumns<>();
        figures.forEach(figure -> columns.value(figure.word(), figure::text));
        return columns.file(List.of(SUMS), CsvColumns.END);
    }

    @Test
    void accountsSeeNoCost() {
        assertThat(Figure.OF_ACCOUNTS)
                .doesNotContain(Figure.COST, Figure.MARGIN, Figure.UNCOSTED, Figure.SHORTFALL, Figure.ESTIMATED);
    }

    @Test
    void theDocumentationHasEachFigure() throws IOException {
        check("docs/api.md", "| Member | In CSV files | Meaning |\n|---|---|---|\n", Figure.OF_ACCOUNTS, true);
        check("docs/admin-api.md", "| Member | Meaning |\n|---|---|\n", Figure.OF_PLATFORM, false);
    }

    private static void check(String file, String heads, Collection<Figure> figures, boolean forAccounts)
            throws IOException {
        String table =
                heads + figures.stream().map(it -> it.documented(forAccounts)).collect(Collectors.joining());
        String manual = Files.readString(Path.of(file));
        int begin = manual.indexOf("<!-- figures -->\n") + "<!-- figures -->\n".length();
        int end = manual.indexOf("<!-- /figures -->");
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(Path.of(file), manual.substring(0, begin) + table + manual.substring(end));
            return;
        }
        assertThat(manual.substring(begin, end)).isEqualTo(table);
    }

    private static String json(Consumer<JsonGenerator> members) {
        return new String(ApiJson.object(100, members), StandardCharsets.UTF_8);
    }
}
