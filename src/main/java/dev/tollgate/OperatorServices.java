package dev.tollgate;

import dev.tollgate.admin.BooksCheck;
import dev.tollgate.admin.ChannelDeeds;
import dev.tollgate.admin.Deletions;
import dev.tollgate.admin.OperatorLinks;
import dev.tollgate.admin.OperatorPeople;
import dev.tollgate.admin.OperatorSettings;
import dev.tollgate.admin.OperatorVouchers;
import dev.tollgate.admin.Prices;
import dev.tollgate.admin.StoredAdministration;
import dev.tollgate.people.Identities;
import dev.tollgate.people.SignUp;
import dev.tollgate.refused.RefusedCalls;
import dev.tollgate.upstream.ChannelStatus;
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
