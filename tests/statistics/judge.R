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
# cell (domain x category to be estimated). y is 0 for a member who did not choose the category.
judge_cell <- function(subdesign, y, cell) {
  subdesign$variables$y <- y
  mean_y <- svymean(~y, subdesign)
  df <- degf(subdesign)
  p <- as.numeric(coef(mean_y))
  if (!cell$is_share) {
    bounds <- if (df > 0) confint(mean_y, df = df) else c(NA, NA)
  } else if (!cell$is_weighted) {
    bounds <- wilson(p, nrow(subdesign))
  } else if (all(y == 0) || all(y == 1)) {
    w <- weights(subdesign)
    bounds <- wilson(p, sum(w)^2 / sum(w^2))
  } else if (df > 0) {
    # With one degree of freedom "logit" ends in 0 and NaN, because 1 - 2 pnorm(-12.7) rounds to
    # 1; "xlogit" is the same interval by another way.
    method <- if (df > 1) "logit" else "xlogit"
    bounds <- attr(svyciprop(~y, subdesign, method = method), "ci")
  } else {
    bounds <- c(NA, NA)
  }
  c(cell = cell$row, estimate = p, standard_error = as.numeric(SE(mean_y)),
    low = unname(bounds)[1], high = unname(bounds)[2], n = nrow(subdesign), df = df)
}

design_of <- function(sample) {
  # A frame of unknown size is an infinite one: no correction.
  sample$frame_count[is.na(sample$frame_count)] <- Inf
  svydesign(ids = ~1, strata = ~stratum, weights = ~weight, fpc = ~frame_count, data = sample)
}

# All of one design, with domains and answers by name: they are looked up for every cell.
whole_of <- function(sample, domains, answers) {
  list(design = design_of(sample),
       members = split(domains$respondent, domains$domain),
       said = split(answers[c("respondent", "value")], paste(answers$question, answers$category)))
}

# What the members of a domain said: 1 or a score, 0 where they did not choose the category.
said_by <- function(design, whole, cell) {
  said <- whole$said[[paste(cell$question, cell$category)]]
  y <- said$value[match(design$variables$respondent, said$respondent)]
  if (is.null(said)) rep(0, nrow(design)) else ifelse(is.na(y), 0, y)
}

judge_total <- function(whole, cell) {
  design <- whole$design
  design$variables$y <- said_by(design, whole, cell) *
    (design$variables$respondent %in% whole$members[[cell$domain]])
  total <- svytotal(~y, design)
  data.frame(cell = cell$cell, estimate = as.numeric(coef(total)),
             standard_error = as.numeric(SE(total)))
}

judge_contrast <- function(whole, cell) {
  design <- whole$design
  first <- whole$members[[cell$domain]]
  second <- whole$members[[cell$reference]]
  design$variables$y <- said_by(design, whole, cell)
  design$variables$in_first <- design$variables$respondent %in% first
  both <- design[design$variables$respondent %in% c(first, second), ]
  means <- svyby(~y, ~in_first, both, svymean, covmat = TRUE)
  variances <- vcov(means)
  data.frame(contrast = cell$contrast,
             standard_error = sqrt(max(sum(diag(variances)) - 2 * variances[1, 2], 0)))
}

judge_cells <- function(whole, cells) {
  do.call(rbind, lapply(split(cells, cells$domain), function(of_domain) {
    members <- whole$members[[of_domain$domain[1]]]
    subdesign <- whole$design[whole$design$variables$respondent %in% members, ]
    do.call(rbind, lapply(seq_len(nrow(of_domain)), function(i) {
      judge_cell(subdesign, said_by(subdesign, whole, of_domain[i, ]), of_domain[i, ])
    }))
  }))
}

cells <- read("cell")
cells$row <- seq_len(nrow(cells))
names <- unique(cells$design)
tables <- lapply(c("sample", "domain", "answer"), function(name) {
  table <- read(name)
  split(table, factor(table$design, names))
})
wholes <- lapply(setNames(names, names), function(name) {
  do.call(whole_of, lapply(tables, function(table) table[[name]]))
})
each <- function(rows, judge) {
  suppressWarnings(do.call(rbind, lapply(split(rows, rows$design), function(of_design) {
    judge(wholes[[of_design$design[1]]], of_design)
  })))
}
one_by_one <- function(judge) function(whole, rows) {
  do.call(rbind, lapply(seq_len(nrow(rows)), function(i) judge(whole, rows[i, ])))
}
judged <- as.data.frame(each(cells, judge_cells))
write(transform(judged, cell = cells$cell[judged$cell]), "cell")
write(each(read("total"), one_by_one(judge_total)), "total")
write(each(read("contrast"), one_by_one(judge_contrast)), "contrast")

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
scales <- read("quantile")
percents <- c(5, 25, 50, 75, 95)
write(do.call(rbind, lapply(split(scales, scales$domain), function(scale) {
  smallest <- min(scale$value)
  # Up to the weight of the smallest value it is the quantile; survey 4.1 gives the next one there.
  reached <- sum(scale$weight[scale$value == smallest]) / sum(scale$weight)
  values <- rep(smallest, length(percents))
  above <- percents / 100 > reached + 1e-12
  if (any(above)) {
    design <- svydesign(ids = ~1, weights = ~weight, data = scale)
    # A share that is reached exactly may miss it by a rounding of the weights.
    probabilities <- percents[above] / 100 - 1e-12
    found <- svyquantile(~value, design, probabilities, qrule = "math", ci = FALSE)
    values[above] <- as.numeric(found[[1]])
  }
  data.frame(domain = scale$domain[1], percent = percents, value = values)
})), "quantile")

people <- read("raked")
margin <- function(name) {
  units <- subset(read("margin"), variable == name)
  setNames(data.frame(units$code, units$units), c(name, "Freq"))
}
raked <- rake(svydesign(ids = ~1, weights = ~weight, data = people), list(~sector, ~age),
              list(margin("sector"), margin("age")), control = list(maxit = 1000, epsilon = 1e-9))
write(data.frame(respondent = people$respondent, weight = weights(raked)), "raked")
