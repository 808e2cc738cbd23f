package dev.tollgate.pages.dashboard;

import dev.tollgate.customers.keys.Key;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which models a key can be kept to: those that are sold, and those that it names already. */
record KeyModels(Catalogue catalogue) {

    List<String> of(@Nullable Key key) {
        Set<String> ids =
                new LinkedHashSet<>(catalogue.all().stream().map(Model::id).toList());
        if (key != null) {
            ids.addAll(key.settings().models());
        }
        return List.copyOf(ids);
    }

    /** Returns the first model that the key may use; null if there is none. */
    @Nullable
    Model example(Key key) {
        return catalogue.all().stream()
                .filter(model -> key.mayUse(model.id()))
                .findFirst()
                .orElse(null);
    }
}
