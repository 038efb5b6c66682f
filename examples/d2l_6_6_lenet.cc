// D2L 6.6 from top to bottom: the network, its shapes, training and the figure.
//
// usage: d2l_6_6_lenet [epochs]   (10, as in the book)
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "lenet/d2l.h"
#include "lenet/summary.h"

int main(int argc, char** argv) {
  using namespace lenet;
  Sequential net{Conv2d({.out_channels = 6, .kernel = 5, .padding = 2}),
                 Sigmoid(),
                 AvgPool2d({.kernel = 2, .stride = 2}),
                 Conv2d({.out_channels = 16, .kernel = 5}),
                 Sigmoid(),
                 AvgPool2d({.kernel = 2, .stride = 2}),
                 Flatten(),
                 Linear(120),
                 Sigmoid(),
                 Linear(84),
                 Sigmoid(),
                 Linear(10)};

  Generator generator(0);  // torch.manual_seed(0)
  net.build({1, 28, 28}, generator);
  std::cout << summary_d2l(net);

  const std::int64_t batch_size = 256, num_epochs = argc > 1 ? std::atoi(argv[1]) : 10;
  const float lr = 0.9f;
  const auto [train_iter, test_iter] = d2l::load_data_fashion_mnist(batch_size);
  const d2l::TrainCh6 result = d2l::train_ch6(net, train_iter, test_iter, num_epochs, lr,
                                              d2l::try_gpu(), std::cout, generator);
  std::ofstream("lenet.svg") << result.animator.svg();
  std::cout << "test accuracy again: " << d2l::evaluate_accuracy_gpu(net, test_iter) << '\n';
}
