# What R says, once for all tests of this folder: Rscript judge.R FOLDER
# Reads <name>.csv from the folder and writes <name>_judged.csv beside it.
suppressPackageStartupMessages(library(survey))
options(survey.lonely.psu = "adjust")
folder <- commandArgs(trailingOnly = TRUE)[1]

read <- function(name) {
  read.csv(file.path(folder, paste0(name, ".csv")), na.strings = "")
}
write <- function(rows, name) {
  write.csv(rows, file.path(folder, paste0(name, "_judged.csv")), row.names = FALSE, na = "")
}
# A mean of zeros and ones can miss 0 and 1 by a rounding, which prop.test refuses.
wilson <- function(p, n) prop.test(min(max(p, 0), 1) * n, n, correct = FALSE)$conf.int

# Estimates: design (respondents of a sample), domain (who counts), answer (what they said) and
# cell (domain x category to be estimated). All categories of a domain are judged at once.
design_of <- function(sample) {
  # A frame of unknown size is an infinite one: no correction.
  sample$frame_count[is.na(sample$frame_count)] <- Inf
  svydesign(ids = ~1, strata = ~stratum, weights = ~weight, fpc = ~frame_count, data = sample)
}

# What respondents said, one column per cell: 1 or a score, 0 where they did not choose it.
said_by <- function(design, whole, cells) {
  said <- whole$said[[cells$question[1]]]
  y <- matrix(0, nrow(design), nrow(cells), dimnames = list(NULL, paste0("y", seq_len(nrow(cells)))))
  place <- cbind(match(said$respondent, design$variables$respondent),
                 match(said$category, cells$category))
  known <- !is.na(place[, 1]) & !is.na(place[, 2])
  y[place[known, , drop = FALSE]] <- said$value[known]
  y
}

# The logit interval of shares that are neither 0 nor 1, by the delta method ("xlogit" of svyciprop).
logit_bounds <- function(means, columns, df) {
  logits <- lapply(columns, function(y) bquote(log(.(as.name(y)) / (1 - .(as.name(y))))))
  plogis(confint(svycontrast(means, setNames(logits, columns)), df = df))
}

judge_cells <- function(whole, cells) {
  subdesign <- whole$design[whole$design$variables$respondent %in% whole$members[[cells$domain[1]]], ]
  y <- said_by(subdesign, whole, cells)
  means <- svymean(y, subdesign)
  p <- setNames(as.numeric(coef(means)), colnames(y))
  n <- nrow(y)
  df <- degf(subdesign)
  w <- weights(subdesign)
  bounds <- matrix(NA_real_, ncol(y), 2, dimnames = list(colnames(y), NULL))
  share <- cells$is_share == 1
  weighted <- share & cells$is_weighted == 1
  constant <- colSums(y != 0) == 0 | colSums(y != 1) == 0
  for (i in which(share & (!weighted | constant))) {
    bounds[i, ] <- wilson(p[i], if (weighted[i]) sum(w)^2 / sum(w^2) else n)
  }
  if (df > 0) {
    if (any(!share)) bounds[!share, ] <- confint(means, df = df)[!share, ]
    inside <- weighted & !constant
    if (any(inside)) bounds[inside, ] <- logit_bounds(means, colnames(y)[inside], df)
    # The same by a generalised linear model, which takes long. With one degree of freedom it ends
    # in 0 and NaN, because 1 - 2 pnorm(-12.7) rounds to 1.
    for (i in which(inside & cells$by_model == 1 & df > 1)) {
      subdesign$variables$y <- y[, i]
      bounds[i, ] <- attr(svyciprop(~y, subdesign, method = "logit"), "ci")
    }
  }
  cbind(row = cells$row, estimate = p, standard_error = as.numeric(SE(means)),
        low = bounds[, 1], high = bounds[, 2], n = n, df = df)
}

# Up to the weight of the smallest value it is the quantile; survey 4.1 gives the next one there. A
# share that is reached exactly may miss it by a rounding of the weights.
quantile_rule <- function(x, w, p) {
  if (p - 1e-12 <= sum(w[x == min(x)]) / sum(w)) min(x) else survey:::qrule_math(x, w, p - 1e-12)
}

# As svyquantile(interval.type = "mean"), with that rule; an end may miss 0 and 1 by a rounding too.
judge_quantiles <- function(whole, cells) {
  subdesign <- whole$design[whole$design$variables$respondent %in% whole$members[[cells$domain[1]]], ]
  y <- said_by(subdesign, whole, cells)[, 1]
  df <- degf(subdesign)
  percents <- c(5, 25, 50, 75, 95)
  found <- sapply(percents / 100, function(p) {
    value <- quantile_rule(y, weights(subdesign), p)
    below <- svymean(cbind(below = as.numeric(y <= value)), subdesign)
    ends <- if (df > 0) confint(below, df = df) else c(NA, NA)
    ends[ends < -1e-12 | ends > 1 + 1e-12] <- NA
    read <- function(end) if (is.na(end)) NA else quantile_rule(y, weights(subdesign), end)
    c(value, read(ends[1]), read(ends[2]))
  })
  cbind(row = cells$row, percent = percents, value = found[1, ], low = found[2, ],
        high = found[3, ], df = df)
}

judge_contrasts <- function(whole, cells) {
  respondent <- whole$design$variables$respondent
  first <- whole$members[[cells$domain[1]]]
  both <- whole$design[respondent %in% c(first, whole$members[[cells$reference[1]]]), ]
  y <- said_by(both, whole, cells)
  both$variables <- data.frame(y, in_first = both$variables$respondent %in% first)
  means <- svyby(reformulate(colnames(y)), ~in_first, both, svymean, covmat = TRUE)
  # FALSE and TRUE of the first column, then of the next.
  variances <- vcov(means)
  second <- 2 * seq_len(ncol(y))
  squares <- diag(variances)[second] + diag(variances)[second - 1] -
    2 * variances[cbind(second, second - 1)]
  cbind(row = cells$row, standard_error = sqrt(pmax(squares, 0)))
}

# Judge the cells of each domain, with two processes.
judge <- function(name, key, by, judge_domain) {
  rows <- read(name)
  rows$row <- seq_len(nrow(rows))
  domains <- split(rows, do.call(paste, rows[by]))
  judged <- parallel::mclapply(domains, function(cells) {
    suppressWarnings(judge_domain(wholes[[cells$design[1]]], cells))
  }, mc.cores = 2)
  failed <- Filter(function(result) inherits(result, "try-error"), judged)
  if (length(failed)) stop(failed[[1]])
  judged <- as.data.frame(do.call(rbind, judged))
  write(cbind(rows[judged$row, key, drop = FALSE], judged[names(judged) != "row"]), name)
}

tables <- lapply(setNames(nm = c("sample", "domain", "answer")), function(name) {
  table <- read(name)
  split(table, table$design)
})
wholes <- lapply(setNames(nm = names(tables$domain)), function(name) {
  domains <- tables$domain[[name]]
  answers <- tables$answer[[name]]
  list(design = design_of(tables$sample[[name]]),
       members = split(domains$respondent, domains$domain),
       said = split(answers[c("respondent", "category", "value")], answers$question))
})
judge("cell", "cell", c("design", "domain"), judge_cells)
judge("quantile", "cell", c("design", "domain"), judge_quantiles)
judge("contrast", "contrast", c("design", "domain", "reference"), judge_contrasts)

# Functions that the engines lack.
students <- read("student")
write(transform(students, t975 = qt(0.975, df)), "student")
normals <- read("normal")
write(transform(normals, p = pnorm(z)), "normal")
proportions <- read("wilson")
bounds <- suppressWarnings(mapply(wilson, proportions$p, proportions$n))
write(data.frame(proportion = proportions$proportion, low = bounds[1, ], high = bounds[2, ]),
      "wilson")
tests <- read("holm")
tests$p_value <- 2 * pnorm(-abs(tests$change / tests$standard_error))
tests$p_value_adjusted <- ave(tests$p_value, tests$family,
                              FUN = function(p) p.adjust(p, "holm"))
write(tests[c("test", "p_value", "p_value_adjusted")], "holm")
people <- read("raked")
margin <- function(name) {
  units <- subset(read("margin"), variable == name)
  setNames(data.frame(units$code, units$units), c(name, "Freq"))
}
raked <- rake(svydesign(ids = ~1, weights = ~weight, data = people), list(~sector, ~age),
              list(margin("sector"), margin("age")), control = list(maxit = 1000, epsilon = 1e-9))
write(data.frame(respondent = people$respondent, weight = weights(raked)), "raked")
known <- lapply(c("sector", "age"), function(name) {
  shares <- svymean(reformulate(sprintf("factor(%s)", name)), raked)
  data.frame(variable = name, code = margin(name)[[name]], estimate = as.numeric(coef(shares)),
             standard_error = as.numeric(SE(shares)))
})
write(do.call(rbind, known), "known")
