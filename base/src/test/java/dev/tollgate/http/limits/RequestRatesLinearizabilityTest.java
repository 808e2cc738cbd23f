package dev.tollgate.http.limits;

import dev.tollgate.testing.Apart;
import io.github.bucket4j.TimeMeter;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** Requests that come at once are counted as if they had come one after the other. */
@Param(name = "key", gen = IntGen.class, conf = "1:2")
@EnabledIf("dev.tollgate.testing.Effort#isLong")
public class RequestRatesLinearizabilityTest {

    private final RequestRates rates = new RequestRates(new TimeMeter() {
        @Override
        public long currentTimeNanos() {
            return 0;
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    });

    @Operation
    public String take(@Param(name = "key") int key) {
        RequestRates.Rate rate = rates.take("key_" + key, 4);
        return rate.allowed() + " " + rate.remaining();
    }

    @Test
    void every_request_is_counted_exactly_once() {
        Apart.run(RequestRatesLinearizabilityTest.class);
    }

    public static void main(String[] args) {
        new ModelCheckingOptions()
                .threads(2)
                .actorsPerThread(3)
                .actorsBefore(0)
                .actorsAfter(1)
                .iterations(100)
                .invocationsPerIteration(300)
                .addGuarantee(ManagedStrategyGuaranteeKt.forClasses(name -> name.startsWith("com.github.benmanes."))
                        .allMethods()
                        .treatAsAtomic())
                .minimizeFailedScenario(false)
                .check(RequestRatesLinearizabilityTest.class);
    }
}
