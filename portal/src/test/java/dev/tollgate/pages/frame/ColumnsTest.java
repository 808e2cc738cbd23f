package dev.tollgate.pages.frame;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.pages.frame.Columns.Look;
import gg.jte.html.OwaspHtmlTemplateOutput;
import gg.jte.output.StringOutput;
import java.util.List;
import org.junit.jupiter.api.Test;
import templates.part.JtetableGenerated;

class ColumnsTest {

    private static String html(Table table) {
        StringOutput out = new StringOutput();
        JtetableGenerated.render(new OwaspHtmlTemplateOutput(out), null, table);
        return out.toString().replaceAll("\\s*\\n\\s*", "");
    }

    private static Columns<String> words() {
        return Columns.<String>of("Words").text("Word", it -> it);
    }

    @Test
    void a_folded_column_is_a_second_line_of_the_name() {
        Table table = words().text("Turned", it -> it + "!", Look.FOLD)
                .text("None", it -> null, Look.FOLD)
                .rows(List.of("a"));
        assertThat(html(table))
                .contains("<th scope=\"row\">a <span class=\"sub small muted\">a!</span></th>")
                .contains("<td class=\"hide\">a!</td><td class=\"hide\">–</td>");
    }

    @Test
    void a_column_without_room_moves_below_with_its_head() {
        Table table = words().number("Length", String::length, Look.DESK)
                .cell("Page", it -> Cell.link("/" + it, "more"), Look.DESK)
                .text("Rest", it -> "r", Look.DESK, Look.ROOMY)
                .text("None", it -> null, Look.DESK)
                .rows(List.of("a"));
        assertThat(html(table))
                .contains("a <span class=\"sub small muted\">Length 1\u00a0· Page <a href=\"/a\">more</a></span>"
                        + " <span class=\"unroomy small muted\">Rest r</span></th>");
    }

    @Test
    void a_spare_column_leaves_no_second_line() {
        Table table = words().number("Length", String::length, Look.SPARE)
                .number("Half", it -> 0, Look.SPARE, Look.ROOMY)
                .rows(List.of("a"));
        assertThat(html(table))
                .contains("<th scope=\"row\">a</th><td class=\"num spare\">1</td>"
                        + "<td class=\"num spare roomy\">0</td>");
    }

    @Test
    void a_second_line_follows_a_colon_where_it_has_no_line() {
        Table table = words().cell("State", it -> Cell.badge("bad", "failed").under("The bank did not pay."), Look.FOLD)
                .rows(List.of("a"));
        assertThat(html(table)).contains("<span class=\"sub small muted\">failed: The bank did not pay.</span>");
    }

    @Test
    void every_text_and_attribute_is_escaped() {
        Table table = Columns.<String>of("<i>")
                .cell("<b>", it -> Cell.link("/?\"", it).note(it).titled(it))
                .rows(List.of("<\">"));
        assertThat(html(table)).doesNotContain("<i>", "<b>", "<\">").contains("title=\"&lt;&#34;>\"");
    }

    @Test
    void a_list_without_rows_says_so_instead() {
        assertThat(html(words().empty("No words.", "/new", "New word").rows(List.of())))
                .isEqualTo("<div class=\"empty\"><p>No words.</p><a class=\"button\" href=\"/new\">New word</a></div>");
    }

    @Test
    void a_column_that_is_left_out_has_no_head() {
        Table table = words().number("Length", String::length).only(false).rows(List.of("a"));
        assertThat(html(table)).doesNotContain("Length").contains("<th scope=\"row\">a</th></tr>");
    }

    @Test
    void the_sum_says_that_amounts_are_rounded() {
        List<Long> all = List.of(1_000_000L, 1_000_000L, 1_000_000L); // half a cent each
        assertThat(html(amounts(3_000_000L, all)))
                .contains("<th scope=\"row\">r</th><td class=\"num\" title=\"1.000000 credits\">$0.0050</td>")
                .contains("<tfoot><tr><th scope=\"row\">r <span class=\"small muted\">rounded</span></th>")
                .contains(">$0.02</td></tr></tfoot>");
        assertThat(html(amounts(2_000_000L, all.subList(0, 2)))).doesNotContain("rounded");
        assertThat(html(amounts(9_000_000L, all))).as("the rest is not shown").doesNotContain("rounded");
    }

    /** The table of a page that has the last rows alone. */
    private static Table amounts(long sum, List<Long> all) {
        return Columns.<Long>of("Amounts")
                .text("Row", it -> "r")
                .sum("Spend", Money.DOLLARS, it -> it)
                .foot(sum)
                .among(all)
                .rows(all.subList(1, all.size()));
    }
}
