package dev.tollgate.pages.dashboard;

import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.pages.frame.Texts;
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
                Texts.price(model.pricing().inputMicrosPerMillion()),
                Texts.price(model.pricing().outputMicrosPerMillion()),
                model.pricing().reasoningBilled());
    }
}
