package dev.tollgate.app;

import dev.tollgate.customers.people.Identities;
import dev.tollgate.customers.people.SignUp;
import dev.tollgate.customers.rejections.RefusedCalls;
import dev.tollgate.operator.admin.BooksCheck;
import dev.tollgate.operator.admin.ChannelDeeds;
import dev.tollgate.operator.admin.Deletions;
import dev.tollgate.operator.admin.OperatorLinks;
import dev.tollgate.operator.admin.OperatorPeople;
import dev.tollgate.operator.admin.OperatorSettings;
import dev.tollgate.operator.admin.OperatorVouchers;
import dev.tollgate.operator.admin.Prices;
import dev.tollgate.operator.admin.StoredAdministration;
import dev.tollgate.upstreams.pool.ChannelStatus;
import java.util.List;
import java.util.function.Supplier;

/** What operators can do, on the console's pages and by their API alike. */
record OperatorServices(
        StoredAdministration administration,
        OperatorPeople people,
        OperatorLinks links,
        SignUp signUp,
        Deletions deletions,
        Identities identities,
        Prices prices,
        OperatorSettings settings,
        OperatorVouchers vouchers,
        BooksCheck books,
        Paying paying,
        RefusedCalls refused,
        ChannelDeeds channelDeeds,
        Supplier<List<ChannelStatus>> channels) {}
