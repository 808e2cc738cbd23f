package dev.tollgate.pages.entrance;

import dev.tollgate.customers.people.SignUp;
import dev.tollgate.http.Route;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.FirstCall;
import dev.tollgate.models.ModelLife;
import dev.tollgate.pages.docs.ModelFacts;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.InstantSource;
import java.util.List;
import templates.JtelandingGenerated;

/**
 * {@code /}: what this is, for strangers; others go to where they work.
 *
 * @param clock the time by which prices come into force
 */
public record LandingPage(Catalogue catalogue, ModelLife life, InstantSource clock, SignUp signUp) {

    /** More of them have a page of their own, which can be searched. */
    private static final int MODELS_MAX = 8;

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.get("/", pages.everybody(), this::show));
    }

    private PageStep show(PageRequest<Visitor> request) {
        if (request.visitor() instanceof Visitor.Member member) {
            return PageStep.to(member.person().isOperator() ? "/console" : "/dashboard");
        }
        int all = catalogue.all().size();
        List<ModelFacts> models = catalogue.all().stream()
                .limit(MODELS_MAX)
                .map(model -> ModelFacts.of(model, catalogue, life, clock.instant()))
                .toList();
        FirstCall call = FirstCall.of(
                request.address(),
                FirstCall.VARIABLE,
                life.current(catalogue.answering().getFirst()));
        boolean isOpen = signUp.isOpen();
        return PageStep.show((out, shell) -> JtelandingGenerated.render(out, null, shell, isOpen, models, all, call));
    }
}
