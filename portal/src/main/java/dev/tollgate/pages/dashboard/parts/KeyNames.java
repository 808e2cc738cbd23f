package dev.tollgate.pages.dashboard.parts;

import static dev.tollgate.base.words.Words.say;

import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyView;
import dev.tollgate.keys.Keys;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The names of the keys of an account that a reader sees, deleted ones included. @param byId in the order of their ids, as many as are read at once */
public record KeyNames(Map<String, String> byId) {

    /** The maximum number of keys in a selection list. */
    private static final int CHOICES_MAX = 50;

    /** Returns the names of all keys of an account. */
    public static KeyNames of(Keys keys, String account) {
        return of(keys, account, KeyView.ALL);
    }

    public static KeyNames of(Keys keys, String account, KeyView view) {
        Map<String, String> names = new LinkedHashMap<>();
        for (Key key : keys.everMade(account, view)) {
            String name = key.isHidden() ? say("Playground") : key.settings().name();
            names.put(key.id(), key.isDeleted() ? say("{name} (deleted)", name) : name);
        }
        return new KeyNames(names);
    }

    /** Returns the present names of keys by their first ids, which they had before they were moved. */
    public static KeyNames byFirstId(Keys keys, String account, KeyView view) {
        KeyNames all = of(keys, account, view);
        Map<String, String> names = new LinkedHashMap<>();
        for (Key key : keys.everMade(account, view)) {
            String name = all.name(key.id());
            if (key.isDeleted()) {
                names.putIfAbsent(key.owner().originId(), name);
            } else {
                names.put(key.owner().originId(), name);
            }
        }
        return new KeyNames(names);
    }

    public String name(@Nullable String id) {
        return id == null ? "" : byId.getOrDefault(id, id);
    }

    /** Empty where there are too many. */
    public List<FilterChoice> choices() {
        return byId.size() > CHOICES_MAX
                ? List.of()
                : byId.entrySet().stream()
                        .map(key -> new FilterChoice(key.getKey(), key.getValue()))
                        .toList();
    }
}
