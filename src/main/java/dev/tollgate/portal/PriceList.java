package dev.tollgate.portal;

import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.money.Credits;
import dev.tollgate.pages.Texts;
import java.util.List;

/** What is sold, as pages list it. */
public final class PriceList {

    private PriceList() {}

    /** @param input credits for a million tokens; @param output likewise */
    public record Row(String id, String input, String output, boolean reasoningBilled) {}

    public static List<Row> of(Catalogue catalogue) {
        return catalogue.all().stream().map(PriceList::row).toList();
    }

    private static Row row(Model model) {
        return new Row(
                model.id(),
                text(model.pricing().inputMicrosPerMillion()),
                text(model.pricing().outputMicrosPerMillion()),
                model.pricing().reasoningBilled());
    }

    /** In groups of three digits, with no more decimals than it has. */
    private static String text(long micros) {
        String text = Credits.text(micros);
        int point = text.indexOf('.');
        return Texts.number(micros / 1_000_000) + (point < 0 ? "" : text.substring(point));
    }
}
