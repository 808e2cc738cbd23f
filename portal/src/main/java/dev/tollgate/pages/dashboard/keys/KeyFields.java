package dev.tollgate.pages.dashboard.keys;

import dev.tollgate.customers.keys.CustomerKeys;
import dev.tollgate.customers.keys.KeyActions.KeyStores;
import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyLock;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.pages.frame.Money;
import dev.tollgate.pages.frame.PageRequest;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a key's settings, as a page shows them.
 *
 * @param locked what the visitor cannot change
 * @param errors a sentence by field
 * @param models all models that can be selected
 * @param money the unit of the amounts
 * @param address IP address of the visitor
 */
public record KeyFields(
        Set<KeyLock> locked, KeyForm form, Map<String, String> errors, List<Box> models, Money money, String address) {

    static final Set<String> LIMITS = Set.of(
            "hour",
            "day",
            "total",
            "requests",
            "tokens",
            "concurrency",
            "max_input_price",
            "max_output_price",
            "expires",
            "allow",
            "tags");

    private static final Set<String> UNFOLDING = Set.of("models", "expires_at");

    /** Fields that can have an error; the pages show it next to the field. */
    private static final Set<String> MARKED = Set.of("name", "scopes", "password", "typed");

    /** @param checked for the attribute: null leaves it out */
    public record Box(String field, String model, boolean checked) {}

    static KeyFields of(
            Set<KeyLock> locked,
            KeyForm form,
            Map<String, String> errors,
            List<String> models,
            PageRequest<?> request) {
        List<Box> boxes = new ArrayList<>();
        for (String model : models) {
            boxes.add(new Box("model-" + boxes.size(), model, form.models().contains(model)));
        }
        return new KeyFields(
                locked,
                form,
                form.inFormUnits(errors),
                boxes,
                form.money(request.money()),
                request.visit().address());
    }

    /** Returns the models that a key can be kept to: those that are sold, and those that it names already. */
    static List<String> models(Catalogue catalogue, @Nullable Key key) {
        Set<String> ids =
                new LinkedHashSet<>(catalogue.all().stream().map(Model::id).toList());
        if (key != null) {
            ids.addAll(key.settings().models());
        }
        return List.copyOf(ids);
    }

    /** Returns what the actions on keys need. @param key null for a new one */
    static KeyStores stores(CustomerKeys keys, Catalogue catalogue, @Nullable Key key) {
        List<String> models = models(catalogue, key);
        return new KeyStores(keys, id -> models.contains(id) ? id : null);
    }

    public boolean isLocked(KeyLock part) {
        return locked.contains(part);
    }

    public @Nullable String error(String field) {
        return errors.get(field);
    }

    /** Returns the error of the whole form, or of a field that the page does not show; null if fields are marked. @param showsTeam whether it shows the team */
    public @Nullable String formError(boolean showsTeam) {
        return errors.keySet().stream()
                .filter(field -> !MARKED.contains(field) && !isLimit(field) && !(showsTeam && field.equals("team")))
                .findFirst()
                .map(errors::get)
                .orElse(null);
    }

    private static boolean isLimit(String field) {
        return LIMITS.contains(field) || UNFOLDING.contains(field);
    }

    /** Returns whether the limits are open to be seen: there are some, or something is wrong there. */
    public boolean unfolded() {
        return form.hasLimits() || errors.keySet().stream().anyMatch(KeyFields::isLimit);
    }
}
