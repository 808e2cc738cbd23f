package dev.tollgate.models.prices;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.fields.Field;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import java.util.Collection;
import java.util.function.Supplier;

/**
 * The ids of the models on sale, which the terms of groups, grants, plans and vouchers may name. A call is known by the id of its model, so an alias in terms
 * would be of no call.
 *
 * @param catalogue asked each time
 */
public record SoldIds(Supplier<Catalogue> catalogue) {

    /** @param entries ids of models, and beginnings of ids @throws dev.tollgate.base.error.ApiException a 400 that names an alias, or another id that is not on sale */
    public void require(Collection<String> entries) {
        entries.stream().filter(entry -> !ModelPatterns.isBegin(entry)).forEach(this::requireOne);
    }

    private void requireOne(String entry) {
        Model model = catalogue.get().find(entry);
        if (model == null) {
            throw Field.wrong(
                    "models",
                    sentence(
                            "{field} has an entry for {entry}, which is no model on sale; allowed is the id of one, or the beginning of ids with * after it.",
                            FIELD,
                            MessageText.quoted(entry)));
        }
        if (!model.id().equals(entry)) {
            throw Field.wrong(
                    "models",
                    sentence(
                            "{field} has an entry for {entry}, which is no model on sale; allowed is {model}.",
                            FIELD,
                            MessageText.quoted(entry),
                            model.id()));
        }
    }
}
