package dev.tollgate.keys;

import dev.tollgate.testing.Apart;
import java.time.Instant;
import org.jetbrains.lincheck.datastructures.BooleanGen;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** After a change of a key has been answered, no lookup returns the earlier state, even if a read of its row was running. */
@Param(name = "is", gen = BooleanGen.class)
@EnabledIf("dev.tollgate.testing.Effort#isLong")
public class KeyCacheLinearizabilityTest {

    private static final String HASH = "hash";

    /** The row in the database. */
    private volatile KeyCache.Known row = new KeyCache.Known(key(false), false);

    private final KeyCache cache = new KeyCache(null);

    private static Key key(boolean disabled) {
        return Key.made("key_1", "acc_1", "sk-", KeySettings.named("test"), Instant.EPOCH)
                .withDisabled(disabled);
    }

    /** As {@link Keys} does it. */
    @Operation
    public String find() {
        KeyCache.Known known = cache.known(HASH);
        if (known == null) {
            long stamp = cache.stamp();
            known = row;
            cache.offer(HASH, known, stamp);
        }
        return known.key().disabled() + " " + known.accountBlocked();
    }

    @Operation
    public void disable(@Param(name = "is") boolean disabled) {
        synchronized (this) {
            row = new KeyCache.Known(key(disabled), row.accountBlocked());
        }
        cache.forget(HASH);
    }

    @Operation
    public void block(@Param(name = "is") boolean blocked) {
        synchronized (this) {
            row = new KeyCache.Known(row.key(), blocked);
        }
        cache.forgetAccount("acc_1");
    }

    /** Two threads: before a change is answered, a third may well find the old row after another has found the new one. */
    @Test
    void the_cache_is_a_register() {
        Apart.run(KeyCacheLinearizabilityTest.class);
    }

    public static void main(String[] args) {
        new ModelCheckingOptions()
                .threads(2)
                .actorsPerThread(2)
                .actorsBefore(0)
                .actorsAfter(1)
                .iterations(100)
                .invocationsPerIteration(300)
                .addGuarantee(ManagedStrategyGuaranteeKt.forClasses(name -> name.startsWith("com.github.benmanes."))
                        .allMethods()
                        .treatAsAtomic())
                .minimizeFailedScenario(false)
                .check(KeyCacheLinearizabilityTest.class);
    }
}
