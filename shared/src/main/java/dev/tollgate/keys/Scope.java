package dev.tollgate.keys;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.error.ErrorCode;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** A right of a management key, chosen when the key is created. */
public enum Scope {
    KEYS_READ,
    KEYS_WRITE,
    USAGE_READ,
    MEMBERS_READ,
    MEMBERS_WRITE,
    BUDGETS_WRITE,
    AUDIT_READ;

    /** The scopes of keys for which none were chosen, older ones among them. */
    public static final Set<Scope> STANDARD = Set.of(KEYS_READ, KEYS_WRITE, USAGE_READ);

    /** Returns the name in JSON and messages, such as {@code keys:read}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', ':');
    }

    /** @throws IllegalArgumentException if one of the codes is of no scope */
    public static Set<Scope> parse(Collection<String> codes) {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        for (String code : codes) {
            scopes.add(Arrays.stream(values())
                    .filter(scope -> scope.code().equals(code))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("a scope is one of " + codes(Set.of(values())))));
        }
        return scopes;
    }

    /** @throws ApiException a 403 that names this scope, if a key does not have it */
    public void require(Set<Scope> scopes) {
        if (!scopes.contains(this)) {
            throw ApiError.of(
                            ErrorCode.INVALID_API_KEY,
                            "This needs a management key with the scope '" + code() + "'. This key has: "
                                    + String.join(", ", codes(scopes)) + ". Scopes are chosen when a key is created.")
                    .withStatus(403)
                    .asException();
        }
    }

    /** Returns the codes in the order of this list. */
    public static List<String> codes(Set<Scope> scopes) {
        return Arrays.stream(values()).filter(scopes::contains).map(Scope::code).collect(Collectors.toList());
    }
}
