package dev.tollgate.base.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import dev.tollgate.base.fatal.Fatal;

/** Sees what is logged, also by libraries that catch everything: Netty's event loops log an error and go on. */
public final class FatalFilter extends Filter<ILoggingEvent> {

    @Override
    public FilterReply decide(ILoggingEvent event) {
        if (event.getThrowableProxy() instanceof ThrowableProxy logged) {
            Fatal.check(logged.getThrowable());
        }
        return FilterReply.NEUTRAL;
    }
}
