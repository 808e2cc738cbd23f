package dev.tollgate.serving;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.calls.lines.FlexGrants;
import dev.tollgate.calls.metering.CallObserver;
import dev.tollgate.calls.metering.MeteredCall;
import dev.tollgate.calls.metering.OverCall;

/** Reports the tiers that lines of batches at flex were answered at. */
record TierWatch(FlexGrants grants) implements CallObserver {

    @Override
    public void over(OverCall call) {
        OverCall.Charge charge = call.charge();
        MeteredCall request = call.request();
        if (charge != null && request.terms().isOfLine() && request.ask().isAtFlex()) {
            grants.answered(call.channel(), request.model().id(), charge.granted() == ServiceTier.FLEX);
        }
    }
}
