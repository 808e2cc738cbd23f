package dev.tollgate.keys;

import dev.tollgate.books.budgets.SpendLimits;
import dev.tollgate.http.limits.CallLimits;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.Function;

/** A part of a personal key that its member cannot change, because another member has limited it or has disabled the key. */
public enum KeyLock {
    DISABLED(key -> limit(key.disabled(), false), (to, from) -> to.withDisabled(from.disabled())),
    SPEND(key -> limit(key.settings().spend(), SpendLimits.NONE), keeping((to, from) -> to.withSpend(from.spend()))),
    RATES(key -> limit(key.settings().rates(), CallLimits.NONE), keeping((to, from) -> to.withRates(from.rates()))),
    PRICES(
            key -> limit(key.settings().ceiling(), PriceCeiling.NONE),
            keeping((to, from) -> to.withCeiling(from.ceiling()))),
    ALLOW(key -> limit(key.settings().allow(), Allowlist.EVERYBODY), keeping((to, from) -> to.withAllow(from.allow()))),
    MODELS(key -> limit(key.settings().models(), List.of()), keeping((to, from) -> to.withModels(from.models()))),
    EXPIRES_AT(
            key -> Optional.ofNullable(key.settings().expiresAt()),
            keeping((to, from) -> to.withExpiresAt(from.expiresAt())));

    private final Function<Key, Optional<?>> limit;
    private final BinaryOperator<Key> keeping;

    /**
     * @param limit the key's present one; empty if this part limits nothing
     * @param keeping the first key with this part of the second
     */
    KeyLock(Function<Key, Optional<?>> limit, BinaryOperator<Key> keeping) {
        this.limit = limit;
        this.keeping = keeping;
    }

    private static Optional<?> limit(Object its, Object none) {
        return its.equals(none) ? Optional.empty() : Optional.of(its);
    }

    private static BinaryOperator<Key> keeping(BinaryOperator<KeySettings> keeping) {
        return (to, from) -> to.withSettings(keeping.apply(to.settings(), from.settings()));
    }

    /** Returns the name in JSON and in the database. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Set<KeyLock> parse(List<String> codes) {
        return codes.isEmpty()
                ? Set.of()
                : Collections.unmodifiableSet(EnumSet.copyOf(codes.stream()
                        .map(code -> valueOf(code.toUpperCase(Locale.ROOT)))
                        .toList()));
    }

    /** Returns the codes in the order of this list. */
    public static List<String> codes(Set<KeyLock> locks) {
        return Arrays.stream(values())
                .filter(locks::contains)
                .map(KeyLock::code)
                .toList();
    }

    /** Returns a change as its member may make it: the locked parts stay. */
    static Key byMember(Key old, Key changed) {
        Key kept = changed;
        for (KeyLock lock : old.locks()) {
            kept = lock.keeping.apply(kept, old);
        }
        return kept;
    }

    /** Returns a change by another member, which locks the parts that it limits, and unlocks those whose limits it removes. */
    static Key byAnother(Key old, Key changed) {
        Set<KeyLock> locks = EnumSet.noneOf(KeyLock.class);
        for (KeyLock lock : values()) {
            Optional<?> its = lock.limit.apply(changed);
            boolean isChanged = !its.equals(lock.limit.apply(old));
            if (its.isPresent() && (isChanged || old.locks().contains(lock))) {
                locks.add(lock);
            }
        }
        return changed.withLocks(Collections.unmodifiableSet(locks));
    }
}
